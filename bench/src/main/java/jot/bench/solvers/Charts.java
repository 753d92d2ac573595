package jot.bench.solvers;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jot.Solver;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Time over 1/ε, both logarithmic: a panel for each kind of problem and size, a line for each
 * solver. A cross stands where a solver did not converge in the time it was given.
 */
final class Charts {

  private static final int WIDTH = 520;
  private static final int HEIGHT = 420;

  // Okabe and Ito's colours, which colour-blind people can tell apart, and grey
  private static final List<Color> COLOURS =
      List.of(
          Color.BLACK,
          new Color(0xE69F00),
          new Color(0x56B4E9),
          new Color(0xD55E00),
          new Color(0x009E73),
          new Color(0x0072B2),
          new Color(0xCC79A7),
          Color.GRAY);

  private static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.TRIANGLE_DOWN);

  private static final List<Solver> SOLVERS = List.of(Solver.values());

  private Charts() {}

  /** Rows of panels are kinds and weights, columns are sizes. */
  static void write(Path file, List<ForwardRow> rows) throws IOException {
    Map<String, List<ForwardRow>> panels =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row ->
                        "%s, n = %d, %s weights"
                            .formatted(
                                row.problem().problem(),
                                row.problem().n(),
                                row.problem().weighting()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    double low = rows.stream().mapToDouble(row -> row.times().median()).min().orElse(1);
    double high = rows.stream().mapToDouble(row -> row.times().median()).max().orElse(1);
    List<XYChart> charts = new ArrayList<>();
    panels.forEach((title, panel) -> charts.add(panel(title, panel, charts.isEmpty(), low, high)));
    int sizes = (int) rows.stream().map(row -> row.problem().n()).distinct().count();
    BitmapEncoder.saveBitmap(
        charts, charts.size() / sizes, sizes, file.toString(), BitmapEncoder.BitmapFormat.PNG);
  }

  private static XYChart panel(
      String title, List<ForwardRow> rows, boolean legend, double low, double high) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("max C / ε")
            .yAxisTitle("seconds")
            .build();
    style(chart, legend, low, high);
    Map<String, List<ForwardRow>> lines =
        rows.stream()
            .collect(
                Collectors.groupingBy(ForwardRow::name, LinkedHashMap::new, Collectors.toList()));
    lines.forEach((name, line) -> line(chart, name, line));
    List<ForwardRow> failed = rows.stream().filter(row -> !row.converged()).toList();
    if (!failed.isEmpty()) {
      XYSeries crosses = series(chart, "not converged", failed);
      crosses.setMarker(SeriesMarkers.CROSS).setMarkerColor(Color.RED);
      crosses.setLineStyle(SeriesLines.NONE);
    }
    return chart;
  }

  private static void line(XYChart chart, String name, List<ForwardRow> rows) {
    int k = SOLVERS.indexOf(rows.get(0).solver());
    Color colour = COLOURS.get(k % COLOURS.size());
    XYSeries all = series(chart, name, rows);
    all.setMarker(MARKERS.get(k % MARKERS.size())).setMarkerColor(colour);
    all.setLineColor(colour).setLineStyle(new BasicStroke(name.equals("auto") ? 4 : 2));
  }

  private static XYSeries series(XYChart chart, String name, List<ForwardRow> rows) {
    return chart.addSeries(
        name,
        rows.stream().map(row -> 1 / row.problem().epsilon()).toList(),
        rows.stream().map(row -> row.times().median()).toList());
  }

  private static void style(XYChart chart, boolean legend, double low, double high) {
    chart
        .getStyler()
        .setXAxisLogarithmic(true)
        .setYAxisLogarithmic(true)
        .setYAxisMin(Math.pow(10, Math.floor(Math.log10(low))))
        .setYAxisMax(Math.pow(10, Math.ceil(Math.log10(high))))
        .setMarkerSize(9)
        .setLegendVisible(legend)
        .setLegendPosition(Styler.LegendPosition.InsideNW)
        .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15))
        .setChartBackgroundColor(Color.WHITE);
  }
}
