package jot.bench.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import jot.LinearSolver;
import jot.Sinkhorn;
import jot.bench.BadInputException;
import jot.bench.Jot;
import jot.bench.OutputFolder;
import jot.bench.Version;
import jot.bench.demo.FashionImages.Kind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jot demo}: the main job on real images. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Matches two real images, checks the gradient of the match against central differences, finds"
          + " the mean of four images by gradient descent through the layer, and writes a page with"
          + " pictures. Takes less than a minute and needs no network.",
      ""
    },
    footer = {"", "Exit code: 0; 1 if a gradient disagrees with its central differences."})
public final class DemoCommand implements Callable<Integer> {

  private static final int CHECK_SIDE = 14;
  private static final double CHECK_EPSILON = 0.01;
  private static final double BARYCENTER_EPSILON = 0.004;

  /** So many steps of the descent take about the time of the matching. */
  private static final int MATCHING_STEPS = 8;

  private static final int FRAMES = 7;
  private static final int SCALE = 6;
  private static final int GAP = 14;

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "jot-demo",
      description = "Folder for the page. Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "45",
      description = "Steps of the descent. Default: ${DEFAULT-VALUE}.")
  private int steps;

  @Option(
      names = "--side",
      paramLabel = "PIXELS",
      defaultValue = "28",
      description = "Pixels along each side of an image, 28 or 14. Default: ${DEFAULT-VALUE}.")
  private int side;

  /** Made by picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public DemoCommand() {}

  @Override
  public Integer call() throws IOException {
    if (side != FashionImages.SIDE && side != CHECK_SIDE) {
      throw new BadInputException("--side: expected 28 or 14, received " + side);
    }
    if (steps < 1) {
      throw new BadInputException("--steps: expected at least 1, received " + steps);
    }
    OutputFolder folder = OutputFolder.at(out);
    PrintWriter text = spec.commandLine().getOut();
    FashionImages images = FashionImages.load();
    Map<String, String> values = new LinkedHashMap<>();
    Map<String, Picture> pictures = new LinkedHashMap<>();
    List<GradientCheck.Row> table;
    try (Progress progress = Progress.start(MATCHING_STEPS + GradientCheck.ROWS + steps)) {
      progress.now("matching");
      Matching matching = match(images, values, pictures);
      progress.step(MATCHING_STEPS);
      progress.say(text, "A boot matched with a sandal: " + matching.summary());
      progress.now("gradient");
      table = check(images, values, progress);
      progress.say(text, report(table));
      progress.now("barycenter");
      progress.say(text, barycenter(images, values, pictures, progress));
    }
    values.put("version", Version.text());
    values.put("jdk", Runtime.version().toString());
    folder.fill(
        stage -> {
          for (Map.Entry<String, Picture> picture : pictures.entrySet()) {
            picture.getValue().write(stage.resolve(picture.getKey()));
          }
          Files.writeString(stage.resolve("index.html"), Page.fill(values));
        });
    text.println("Page: " + out.resolve("index.html").toAbsolutePath().normalize());
    text.flush();
    return table.stream().allMatch(GradientCheck.Row::agrees) ? Jot.OK : Jot.FAILED;
  }

  private Matching match(
      FashionImages images, Map<String, String> values, Map<String, Picture> pictures) {
    PixelGrid grid = new PixelGrid(side);
    double epsilon = grid.cost(0, 1); // as fine as the grid
    Matching matching =
        Matching.solve(
            Sinkhorn.builder().epsilon(epsilon).tolerance(1e-4).build(),
            grid,
            images.image(Kind.BOOT, 0, side),
            images.image(Kind.SANDAL, 1, side));
    int scale = SCALE * FashionImages.SIDE / side;
    pictures.put("matching.png", Picture.row(matching.frames(FRAMES), scale, GAP));
    pictures.put("plan.png", Picture.row(List.of(matching.planPicture()), 2, 0));
    values.put("side", String.valueOf(side));
    values.put("shift", Texts.plain(matching.meanShift()));
    values.put("matching", Page.text(matching.summary()));
    values.put("backend", matching.backend());
    values.put("epsilon", Texts.plain(epsilon));
    return matching;
  }

  private static List<GradientCheck.Row> check(
      FashionImages images, Map<String, String> values, Progress progress) {
    GradientCheck check =
        new GradientCheck(
            Sinkhorn.builder().epsilon(CHECK_EPSILON).tolerance(1e-12).build(),
            new PixelGrid(CHECK_SIDE),
            images.image(Kind.BOOT, 0, CHECK_SIDE),
            images.image(Kind.SANDAL, 1, CHECK_SIDE),
            CHECK_EPSILON,
            () -> progress.step(1));
    List<GradientCheck.Row> table = check.run();
    values.put("table", Page.table(table));
    values.put("check_size", check.size());
    values.put("check_epsilon", Texts.plain(CHECK_EPSILON));
    return table;
  }

  private static String report(List<GradientCheck.Row> table) {
    StringBuilder report = new StringBuilder();
    report.append(
        Texts.format(
            "%-24s %18s %20s %20s",
            "Derivative along", "implicit", "central differences", "relative difference"));
    for (GradientCheck.Row row : table) {
      report.append(
          Texts.format(
              "%n  %-22s %18.9e %20.9e %20.1e%s",
              row.along(),
              row.implicit(),
              row.differences(),
              row.relativeDifference(),
              row.agrees() ? "" : "  DISAGREE"));
    }
    return report.toString();
  }

  /** A descent needs no more digits of its gradients than its steps have use for. */
  private static Sinkhorn descentSolver() {
    return Sinkhorn.builder()
        .epsilon(BARYCENTER_EPSILON)
        .tolerance(1e-3)
        .linearTolerance(1e-4)
        .linearSolver(LinearSolver.CG)
        .build();
  }

  private String barycenter(
      FashionImages images,
      Map<String, String> values,
      Map<String, Picture> pictures,
      Progress progress) {
    List<double[]> bags = new ArrayList<>();
    for (int k = 0; k < 4; k++) {
      bags.add(images.image(Kind.BAG, k, side));
    }
    PixelGrid grid = new PixelGrid(side);
    long start = System.nanoTime();
    Barycenter barycenter =
        Barycenter.descend(descentSolver(), grid, bags, steps, () -> progress.step(1));
    double[] losses = barycenter.losses();
    String summary =
        Texts.format(
            "Barycenter of four bags: mean cost %s → %s in %d steps, %.3g s",
            Texts.plain(losses[0]),
            Texts.plain(losses[losses.length - 1]),
            steps,
            (System.nanoTime() - start) * 1e-9);
    BarycenterPictures.make(barycenter, bags, side, SCALE, GAP, values, pictures);
    values.put("barycenter", Page.text(summary + "; ε = " + Texts.plain(BARYCENTER_EPSILON)));
    return summary;
  }
}
