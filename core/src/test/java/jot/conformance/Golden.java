package jot.conformance;

/** A case worked out in 40-digit arithmetic: MATH.md 6. */
@SuppressWarnings("FloatingPointLiteralPrecision") // the digits as they were worked out
final class Golden {

  static final double EPSILON = 0.5;
  static final double[] A = {.2, .5, .3};
  static final double[] B = {.1, .4, .3, .2};
  static final double[][] COST = {
    {0, 0.25, 1, 2.25},
    {0.25, 0, 0.25, 1},
    {1, 0.25, 0, 0.25}
  };

  /** The loss is ⟨W,P⟩. */
  static final double[][] W = {
    {1, -2, 0, 3},
    {0, 1, 2, -1},
    {-1, 0, 1, 2}
  };

  static final double[][] PLAN = {
    {0.054774111292394562, 0.11195097376678559, 0.028785595293985814, 0.0044893196468340381},
    {0.041372850618385323, 0.22985950262652432, 0.16065871324080719, 0.068108933514283177},
    {0.0038530380892201151, 0.058189523606690099, 0.110555691465207, 0.12740174683888279}
  };
  static final double[][] GRAD_COST = {
    {-0.13728200655157913, 0.17727329100664877, -0.0066999929739790373, -0.033291291481090602},
    {0.11776289681350667, -0.2445241802220389, -0.1413867188287411, 0.26814800223727332},
    {0.019519109738072462, 0.067250889215390126, 0.14808671180272013, -0.23485671075618272}
  };
  static final double[] GRAD_A = {-1.1541570633930354, 0.52219852227079437, 0.63195854112224106};
  static final double[] GRAD_B = {
    0.31824242793708407, -0.6368473027109027, 0.45502997250796588, -0.13642509773414725
  };
  static final double GRAD_EPSILON = -0.40514525006313666;
  static final double SHARP = 0.23574198812075344;
  static final double ENTROPIC = -1.3492547177193321;
  static final double LOSS = 0.68891426534693347;

  private Golden() {}

  static Problems.Case problem() {
    return new Problems.Case(COST, A, B, EPSILON);
  }
}
