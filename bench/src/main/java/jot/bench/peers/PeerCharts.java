package jot.bench.peers;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import jot.bench.solvers.Numbers;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A picture for each work: time over n, both logarithmic, a panel for each kind of problem and a
 * line for each system's best solver there. A red cross stands where the tolerance was not reached.
 */
final class PeerCharts {

  private static final int WIDTH = 700;
  private static final int HEIGHT = 430;

  // Okabe and Ito's colours, which colour-blind people can tell apart
  private static final Map<String, Color> COLOURS =
      Map.of(
          "jot",
          Color.BLACK,
          Library.POT.title(),
          new Color(0xD55E00),
          Library.TORCH.title(),
          new Color(0x0072B2),
          Library.OTT.title(),
          new Color(0x009E73),
          Library.GEOMLOSS.title(),
          new Color(0xE69F00),
          Library.REGOT.title(),
          new Color(0xCC79A7));

  private static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.TRIANGLE_DOWN);

  private PeerCharts() {}

  /** Writes sweep.png, solve.png and backward.png, those for which there are rows. */
  static void write(Path folder, List<Row> rows) throws IOException {
    for (Work work : List.of(Work.SWEEP, Work.SOLVE, Work.BACKWARD)) {
      List<Row> some =
          rows.stream()
              .filter(row -> row.task().work() == work && row.task().batch() == 1)
              .toList();
      if (!some.isEmpty()) {
        Path file = folder.resolve(work.label() + ".png");
        // all solvers of a sweep do the same thing, of a solve the best one counts
        write(file, some, work == Work.SWEEP ? Row::name : Row::system);
      }
    }
  }

  private static void write(Path file, List<Row> rows, Function<Row, String> line)
      throws IOException {
    Map<String, List<Row>> panels =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row -> title(row.task()), LinkedHashMap::new, Collectors.toList()));
    double low = rows.stream().mapToDouble(Row::median).min().orElse(1);
    double high = rows.stream().mapToDouble(Row::median).max().orElse(1);
    List<XYChart> charts = new ArrayList<>();
    panels.forEach((title, panel) -> charts.add(panel(title, panel, line, low, high)));
    int columns =
        (int) panels.values().stream().map(p -> p.get(0).task().epsilon()).distinct().count();
    columns = charts.size() % columns == 0 && columns > 1 ? columns : Math.min(charts.size(), 2);
    while (charts.size() % columns != 0) {
      columns--;
    }
    BitmapEncoder.saveBitmap(
        charts, charts.size() / columns, columns, file.toString(), BitmapEncoder.BitmapFormat.PNG);
  }

  private static String title(Task task) {
    String kind = task.cost() == CostKind.POINTS ? "2-D points" : "uniform costs";
    return "%s, ε = %s of the range, %s, %d thread%s"
        .formatted(
            kind,
            Numbers.power(task.epsilon()),
            task.precision(),
            task.threads(),
            task.threads() == 1 ? "" : "s");
  }

  private static XYChart panel(
      String title, List<Row> rows, Function<Row, String> line, double low, double high) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("n")
            .yAxisTitle("milliseconds, median")
            .build();
    chart
        .getStyler()
        .setXAxisLogarithmic(true)
        .setYAxisLogarithmic(true)
        .setYAxisMin(Math.pow(10, Math.floor(Math.log10(low))))
        .setYAxisMax(Math.pow(10, Math.ceil(Math.log10(high))))
        .setMarkerSize(8)
        .setLegendPosition(Styler.LegendPosition.OutsideE)
        .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14))
        .setChartBackgroundColor(Color.WHITE);
    Map<String, List<Row>> lines =
        rows.stream().collect(Collectors.groupingBy(line, LinkedHashMap::new, Collectors.toList()));
    Map<String, Integer> ofSystem = new LinkedHashMap<>();
    lines.forEach(
        (name, ofLine) ->
            draw(
                chart,
                name,
                best(ofLine),
                ofSystem.merge(ofLine.get(0).system(), 1, Integer::sum) - 1));
    List<Row> failed =
        lines.values().stream()
            .flatMap(ofLine -> best(ofLine).stream())
            .filter(row -> !row.reached())
            .toList();
    if (!failed.isEmpty()) {
      XYSeries crosses = series(chart, "not reached", failed);
      crosses.setMarker(SeriesMarkers.CROSS).setMarkerColor(Color.RED);
      crosses.setLineStyle(SeriesLines.NONE);
    }
    return chart;
  }

  /** At each size the fastest row that is good enough, else the fastest. */
  private static List<Row> best(List<Row> rows) {
    return rows.stream().collect(Collectors.groupingBy(row -> row.task().n())).values().stream()
        .map(
            same ->
                same.stream()
                    .min(
                        Comparator.comparing((Row row) -> !row.reached())
                            .thenComparingDouble(Row::median))
                    .orElseThrow())
        .sorted(Comparator.comparingInt(row -> row.task().n()))
        .toList();
  }

  private static void draw(XYChart chart, String name, List<Row> rows, int k) {
    String system = rows.get(0).system();
    Color colour = COLOURS.getOrDefault(system, Color.GRAY);
    XYSeries series = series(chart, name, rows);
    series.setMarker(MARKERS.get(k % MARKERS.size())).setMarkerColor(colour);
    series.setLineColor(colour).setLineStyle(new BasicStroke(system.equals("jot") ? 3.5f : 1.8f));
  }

  private static XYSeries series(XYChart chart, String name, List<Row> rows) {
    return chart.addSeries(
        name,
        rows.stream().map(row -> row.task().n()).toList(),
        rows.stream().map(Row::median).toList());
  }
}
