package jot.conformance;

/**
 * A number of 106 significant bits: the unevaluated sum of two doubles, hi the one nearest to it.
 *
 * <p>Sums, products and quotients are right to about 2⁻¹⁰⁴, {@link #exp} and {@link #log} to about
 * 1e-30 (Dekker 1971; Hida, Li and Bailey 2001). Finite numbers only, of magnitudes above 1e-290.
 */
record DoubleDouble(double hi, double lo) {

  static final DoubleDouble ZERO = new DoubleDouble(0, 0);
  static final DoubleDouble ONE = new DoubleDouble(1, 0);

  private static final DoubleDouble LN2 =
      new DoubleDouble(0.6931471805599453, 2.3190468138462996e-17);
  private static final int HALVINGS = 9;
  private static final int TERMS = 12;

  static DoubleDouble of(double x) {
    return new DoubleDouble(x, 0);
  }

  /** The exact sum of two doubles. */
  static DoubleDouble sum(double x, double y) {
    double s = x + y;
    double v = s - x;
    return new DoubleDouble(s, (x - (s - v)) + (y - v));
  }

  static DoubleDouble sum(DoubleDouble[] x) {
    DoubleDouble s = ZERO;
    for (DoubleDouble v : x) {
      s = s.plus(v);
    }
    return s;
  }

  private static DoubleDouble renormalised(double hi, double lo) {
    double s = hi + lo;
    return new DoubleDouble(s, lo - (s - hi));
  }

  DoubleDouble plus(DoubleDouble o) {
    double s = hi + o.hi;
    double v = s - hi;
    double e = (hi - (s - v)) + (o.hi - v);
    double t = lo + o.lo;
    double w = t - lo;
    double u = (lo - (t - w)) + (o.lo - w);
    e += t;
    double r = s + e;
    e = (e - (r - s)) + u;
    return renormalised(r, e);
  }

  DoubleDouble plus(double o) {
    return plus(of(o));
  }

  DoubleDouble minus(DoubleDouble o) {
    return plus(o.negated());
  }

  DoubleDouble minus(double o) {
    return plus(of(-o));
  }

  DoubleDouble negated() {
    return new DoubleDouble(-hi, -lo);
  }

  DoubleDouble times(DoubleDouble o) {
    double p = hi * o.hi;
    return renormalised(p, Math.fma(hi, o.hi, -p) + (hi * o.lo + lo * o.hi));
  }

  DoubleDouble times(double o) {
    double p = hi * o;
    return renormalised(p, Math.fma(hi, o, -p) + lo * o);
  }

  DoubleDouble dividedBy(DoubleDouble o) {
    double q1 = hi / o.hi;
    DoubleDouble r = minus(o.times(q1));
    double q2 = r.hi / o.hi;
    r = r.minus(o.times(q2));
    return renormalised(q1, q2).plus(r.hi / o.hi);
  }

  DoubleDouble dividedBy(double o) {
    return dividedBy(of(o));
  }

  DoubleDouble sqrt() {
    double s = Math.sqrt(hi);
    return s == 0 ? ZERO : of(s).plus(minus(of(s).times(s)).dividedBy(2 * s));
  }

  /** eˣ: x less a multiple of ln 2 is halved, the series of eˣ − 1 is summed and squared back. */
  DoubleDouble exp() {
    if (hi < -660) {
      return ZERO; // below the range in which two doubles hold 106 bits
    }
    double k = Math.rint(hi / LN2.hi);
    DoubleDouble r = minus(LN2.times(k)).scaled(-HALVINGS);
    DoubleDouble term = r;
    DoubleDouble e = r;
    for (int i = 2; i <= TERMS; i++) {
      term = term.times(r).dividedBy(i);
      e = e.plus(term);
    }
    for (int i = 0; i < HALVINGS; i++) {
      e = e.scaled(1).plus(e.times(e));
    }
    return e.plus(ONE).scaled((int) k);
  }

  /** log x for x &gt; 0, by one step of third order from the double's logarithm. */
  DoubleDouble log() {
    double y = Math.log(hi);
    DoubleDouble t = times(of(-y).exp()).minus(1);
    return of(y).plus(t.minus(t.times(t).scaled(-1)));
  }

  DoubleDouble abs() {
    return hi < 0 ? negated() : this;
  }

  boolean isZero() {
    return hi == 0;
  }

  /** The nearest double. */
  double value() {
    return hi + lo;
  }

  private DoubleDouble scaled(int exponent) {
    return new DoubleDouble(Math.scalb(hi, exponent), Math.scalb(lo, exponent));
  }

  static double[] values(DoubleDouble[] x) {
    double[] v = new double[x.length];
    for (int i = 0; i < v.length; i++) {
      v[i] = x[i].value();
    }
    return v;
  }

  static double[][] values(DoubleDouble[][] x) {
    double[][] v = new double[x.length][];
    for (int i = 0; i < v.length; i++) {
      v[i] = values(x[i]);
    }
    return v;
  }
}
