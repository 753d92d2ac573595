package jot.bench.kernels;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import jot.tensor.DType;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Elements a nanosecond over n, both logarithmic, under two roofs: the exponentials a second, and
 * the bytes a second at which one matrix of this n can be read. Above are kernels that take an
 * exponential of each element, below those that only read; a column for each storage.
 */
final class Roofline {

  private static final int WIDTH = 760;
  private static final int HEIGHT = 480;

  private static final List<Color> COLOURS =
      List.of(
          new Color(0x0072B2),
          new Color(0xE69F00),
          new Color(0x009E73),
          new Color(0xCC79A7),
          new Color(0x56B4E9),
          new Color(0xD55E00),
          new Color(0x8C6D31),
          Color.GRAY);

  private static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.TRIANGLE_DOWN);

  private Roofline() {}

  /**
   * Draws the kernels on matrices, a row of panels for each number of threads and kind of kernel.
   */
  static void write(Path file, List<KernelRow> rows) throws IOException {
    List<KernelRow> matrices =
        rows.stream()
            .filter(row -> row.kernel().hasStorage() && !row.backend().equals("reference"))
            .toList();
    List<XYChart> charts = new ArrayList<>();
    List<Integer> threads = matrices.stream().map(KernelRow::threads).distinct().sorted().toList();
    List<DType> dtypes = matrices.stream().map(KernelRow::dtype).distinct().toList();
    for (int count : threads) {
      for (boolean exps : new boolean[] {true, false}) {
        for (DType dtype : dtypes) {
          List<KernelRow> some =
              matrices.stream()
                  .filter(row -> row.threads() == count && row.dtype() == dtype)
                  .filter(row -> (row.kernel().exps(1) > 0) == exps)
                  .toList();
          XYChart chart = panel(some, exps, dtype, count);
          // one scale for all panels: what is higher is faster
          chart.getStyler().setYAxisMin(low(matrices)).setYAxisMax(high(matrices));
          charts.add(chart);
        }
      }
    }
    if (!charts.isEmpty()) {
      BitmapEncoder.saveBitmap(
          charts,
          charts.size() / dtypes.size(),
          dtypes.size(),
          file.toString(),
          BitmapEncoder.BitmapFormat.PNG);
    }
  }

  private static double low(List<KernelRow> rows) {
    double least = rows.stream().mapToDouble(KernelRow::elementsPerSecond).min().orElse(1e9);
    return Math.pow(10, Math.floor(Math.log10(1e-9 * least)));
  }

  private static double high(List<KernelRow> rows) {
    double most =
        rows.stream()
            .mapToDouble(
                row ->
                    Math.max(
                        row.elementsPerSecond(),
                        row.bytesPerSecond() > 0 && row.readLimit() > 0
                            ? row.readLimit() / row.dtype().bytes()
                            : row.expLimit() > 0 ? row.expLimit() : 0))
            .max()
            .orElse(1e9);
    return Math.pow(10, Math.ceil(Math.log10(1e-9 * most)));
  }

  private static XYChart panel(List<KernelRow> rows, boolean exps, DType dtype, int threads) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                "%s, %s, %d thread%s"
                    .formatted(
                        exps ? "kernels with an exponential an element" : "kernels that only read",
                        dtype,
                        threads,
                        threads == 1 ? "" : "s"))
            .xAxisTitle("n")
            .yAxisTitle("elements / ns")
            .build();
    chart
        .getStyler()
        .setXAxisLogarithmic(true)
        .setYAxisLogarithmic(true)
        .setMarkerSize(8)
        .setLegendPosition(Styler.LegendPosition.OutsideE)
        .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14))
        .setChartBackgroundColor(Color.WHITE);
    if (exps) {
      roof(
          chart,
          "limit: exp",
          rows.stream().filter(row -> row.kernel().exponentials(dtype) == dtype).toList(),
          KernelRow::expLimit,
          SeriesLines.SOLID);
    }
    roof(
        chart,
        "limit: read one matrix",
        rows.stream().filter(row -> row.bytesPerSecond() > 0).toList(),
        row -> row.readLimit() / dtype.bytes(),
        SeriesLines.DASH_DASH);
    Map<Kernel, List<KernelRow>> lines =
        rows.stream()
            .collect(
                Collectors.groupingBy(KernelRow::kernel, LinkedHashMap::new, Collectors.toList()));
    int k = 0;
    for (Map.Entry<Kernel, List<KernelRow>> line : lines.entrySet()) {
      XYSeries series =
          chart.addSeries(
              line.getKey().label(),
              line.getValue().stream().map(KernelRow::n).toList(),
              line.getValue().stream().map(row -> 1e-9 * row.elementsPerSecond()).toList());
      Color colour = COLOURS.get(k % COLOURS.size());
      series.setMarker(MARKERS.get(k % MARKERS.size())).setMarkerColor(colour);
      series.setLineColor(colour).setLineStyle(new BasicStroke(1.8f));
      k++;
    }
    return chart;
  }

  /** The best that was measured at each n. */
  private static void roof(
      XYChart chart,
      String name,
      List<KernelRow> rows,
      ToDoubleFunction<KernelRow> limit,
      BasicStroke stroke) {
    TreeMap<Integer, Double> best = new TreeMap<>();
    for (KernelRow row : rows) {
      double value = 1e-9 * limit.applyAsDouble(row);
      if (value > 0) {
        best.merge(row.n(), value, Math::max);
      }
    }
    if (best.isEmpty()) {
      return;
    }
    XYSeries series = chart.addSeries(name, List.copyOf(best.keySet()), List.copyOf(best.values()));
    Marker alone = stroke.equals(SeriesLines.SOLID) ? SeriesMarkers.CROSS : SeriesMarkers.RECTANGLE;
    series.setMarker(best.size() == 1 ? alone : SeriesMarkers.NONE);
    series.setMarkerColor(Color.BLACK).setLineColor(Color.BLACK);
    series.setLineStyle(
        new BasicStroke(3, stroke.getEndCap(), stroke.getLineJoin(), 10, stroke.getDashArray(), 0));
  }
}
