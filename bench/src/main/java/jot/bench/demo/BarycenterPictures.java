package jot.bench.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The barycenter's pictures and the page's words for them. */
final class BarycenterPictures {

  private static final int FRAMES = 6;

  private BarycenterPictures() {}

  static void make(
      Barycenter barycenter,
      List<double[]> images,
      int side,
      int scale,
      int gap,
      Map<String, String> values,
      Map<String, Picture> pictures) {
    int enlarged = scale * FashionImages.SIDE / side;
    List<Picture> overview = new ArrayList<>();
    double[] mean = new double[side * side];
    double full = 0;
    for (double[] image : images) {
      full = Math.max(full, Palette.fullInk(image));
      overview.add(Palette.ink(image, side, Palette.fullInk(image)));
      for (int p = 0; p < mean.length; p++) {
        mean[p] += image[p] / images.size();
      }
    }
    overview.add(Palette.ink(mean, side, Palette.fullInk(mean)));
    overview.add(Palette.ink(barycenter.last(), side, full));
    pictures.put("barycenter.png", Picture.row(overview, enlarged, gap));

    double[] losses = barycenter.losses();
    List<Picture> descent = new ArrayList<>();
    StringBuilder steps = new StringBuilder();
    for (int k = 0; k < FRAMES; k++) {
      // quadratic: most happens at the start
      int step = (losses.length - 1) * k * k / ((FRAMES - 1) * (FRAMES - 1));
      descent.add(Palette.ink(barycenter.frame(step), side, full));
      steps.append("<span>").append(step).append("</span>");
    }
    pictures.put("descent.png", Picture.row(descent, enlarged, gap));
    values.put("descent_steps", steps.toString());
    values.put("curve", LossCurve.svg(losses));
    values.put("loss_first", Texts.plain(losses[0]));
    values.put("loss_last", Texts.plain(losses[losses.length - 1]));
  }
}
