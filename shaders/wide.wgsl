// 64-bit arithmetic from 32-bit words, and counts over time (engine: level.rs).

fn wide(v: u32) -> Wide {
    return Wide(v, 0u);
}

fn plus(a: Wide, b: Wide) -> Wide {
    let lo = a.lo + b.lo;
    return Wide(lo, a.hi + b.hi + select(0u, 1u, lo < a.lo));
}

fn minus(a: Wide, b: Wide) -> Wide {
    return Wide(a.lo - b.lo, a.hi - b.hi - select(0u, 1u, a.lo < b.lo));
}

fn times(a: u32, b: u32) -> Wide {
    let a0 = a & 0xffffu;
    let a1 = a >> 16u;
    let b0 = b & 0xffffu;
    let b1 = b >> 16u;
    let low = a0 * b0;
    let mid = a1 * b0 + (low >> 16u);
    let mid2 = a0 * b1 + (mid & 0xffffu);
    return Wide(a * b, a1 * b1 + (mid >> 16u) + (mid2 >> 16u));
}

// The sum, or the largest number where it does not fit.
fn saturating_add(a: u32, b: u32) -> u32 {
    let sum = a + b;
    return select(sum, NEVER, sum < a);
}

fn saturating_sub(a: u32, b: u32) -> u32 {
    return a - min(a, b);
}

fn div_ceil(a: u32, b: u32) -> u32 {
    return a / b + select(0u, 1u, a % b != 0u);
}

fn level_add(l: Level, n: u32) -> Level {
    return Level(l.count + n, plus(l.area, times(s.now, n)));
}

fn level_sub(l: Level, n: u32) -> Level {
    return Level(l.count - n, minus(l.area, times(s.now, n)));
}

fn level_set(l: Level, count: u32) -> Level {
    if count >= l.count {
        return level_add(l, count - l.count);
    }
    return level_sub(l, l.count - count);
}

// The integral over [0, now).
fn integral(l: Level) -> Wide {
    return minus(times(l.count, s.now), l.area);
}
