//! Work on all cores, in the order of what is worked on. It knows nothing of what that is.

/// Cuts items into one share for each core. `least`: with fewer items for each, another thread costs more than it saves.
///
/// No share is empty; where there are no items, there are no shares.
pub fn shares<I>(items: Vec<I>, least: usize) -> Vec<Vec<I>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cut(items, least, cores)
}

fn cut<I>(mut items: Vec<I>, least: usize, cores: usize) -> Vec<Vec<I>> {
    let count = cores.min(items.len() / least.max(1)).max(1);
    let size = items.len().div_ceil(count).max(1);
    let mut shares = Vec::with_capacity(count);
    while !items.is_empty() {
        let rest = items.split_off(size.min(items.len()));
        shares.push(std::mem::replace(&mut items, rest));
    }
    shares
}

/// Makes something of each share, each on a thread of its own; in their order. One share alone is worked on right here.
pub fn each_share<I: Send, T: Send>(
    shares: Vec<Vec<I>>,
    make: impl Fn(Vec<I>) -> T + Sync,
) -> Vec<T> {
    if shares.len() < 2 {
        return shares.into_iter().map(make).collect();
    }
    std::thread::scope(|scope| {
        let make = &make;
        let all: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || make(share)))
            .collect();
        all.into_iter().map(joined).collect()
    })
}

/// What a thread made. What it panicked with is no different for having been met in it.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(made) => made,
        Err(panicked) => std::panic::resume_unwind(panicked),
    }
}

/// Makes something of each item, on all cores; in their order.
pub fn each<I: Send, T: Send>(items: Vec<I>, least: usize, make: impl Fn(I) -> T + Sync) -> Vec<T> {
    let made = each_share(shares(items, least), |share| {
        share.into_iter().map(&make).collect::<Vec<T>>()
    });
    made.into_iter().flatten().collect()
}

/// Does two things: both at once if they are large, and else one after the other.
pub fn both<A: Send, B>(
    are_large: bool,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if !are_large {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (joined(one), other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done_whether_they_are_large_or_not() {
        for are_large in [false, true] {
            assert_eq!(both(are_large, || 1, || "two"), (1, "two"));
        }
    }

    #[test]
    fn shares_are_even_and_hold_everything_in_order() {
        let lengths = |count, least, cores| -> Vec<usize> {
            let shares = cut((0..count).collect(), least, cores);
            assert!(shares.iter().flatten().copied().eq(0..count));
            shares.iter().map(Vec::len).collect()
        };
        assert_eq!(lengths(10, 1, 3), [4, 4, 2]);
        assert_eq!(lengths(10, 5, 8), [5, 5]);
        assert_eq!(lengths(9, 5, 8), [9]);
        assert_eq!(lengths(1, 0, 8), [1]);
        assert!(lengths(0, 5, 8).is_empty());
    }

    #[test]
    fn what_is_made_is_in_order() {
        let made = each((0..1_000).collect(), 1, |number: usize| number * 2);
        assert!(made.into_iter().eq((0..1_000).map(|number| number * 2)));
    }
}
