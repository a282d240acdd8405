//! Durations in buckets that grow by a constant factor, so that any two histograms add up without loss.
//!
//! The base-2 exponential histogram of OpenTelemetry's metrics data model at scale 3: bucket `i` holds what lies in
//! `(2^(i/8), 2^((i+1)/8)]`. A quantile is right to 4.4 % (half a bucket, by the geometric mean of its bounds).

/// Buckets in a power of two.
const BUCKETS: f64 = 8.0;

/// How often durations of about a length were seen; buckets in ascending order, none of them empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    buckets: Vec<(u16, u64)>,
}

impl Histogram {
    /// The histogram of these buckets and counts, in any order.
    pub fn from_buckets(buckets: impl IntoIterator<Item = (u16, u64)>) -> Self {
        let mut histogram = Self::default();
        buckets.into_iter().for_each(|(bucket, count)| histogram.add_to(bucket, count));
        histogram
    }

    /// Counts durations of so many nanoseconds.
    pub fn add(&mut self, nanos: u64, count: u64) {
        self.add_to(bucket_of(nanos), count);
    }

    /// Counts all of another one too.
    pub fn merge(&mut self, other: &Self) {
        other.buckets.iter().for_each(|&(bucket, count)| self.add_to(bucket, count));
    }

    /// Buckets and their counts.
    pub fn buckets(&self) -> &[(u16, u64)] {
        &self.buckets
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|(_, count)| count).sum()
    }

    /// The duration in nanoseconds that a share of all do not exceed, such as 0.95; `None` if there are none.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let rank = (share.clamp(0.0, 1.0) * self.count() as f64).ceil().max(1.0) as u64;
        let mut below = 0;
        let (bucket, _) = self.buckets.iter().find(|(_, count)| {
            below += count;
            below >= rank
        })?;
        Some(((f64::from(*bucket) + 0.5) / BUCKETS).exp2())
    }

    fn add_to(&mut self, bucket: u16, count: u64) {
        if count == 0 {
            return;
        }
        // What was kept comes in ascending order.
        if self.buckets.last().is_none_or(|&(last, _)| last < bucket) {
            self.buckets.push((bucket, count));
            return;
        }
        match self.buckets.binary_search_by_key(&bucket, |&(bucket, _)| bucket) {
            Ok(at) => self.buckets[at].1 += count,
            Err(at) => self.buckets.insert(at, (bucket, count)),
        }
    }
}

/// Nothing shorter than a nanosecond is told apart.
fn bucket_of(nanos: u64) -> u16 {
    ((nanos.max(1) as f64).log2() * BUCKETS).ceil().max(1.0) as u16 - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_half_a_bucket() {
        let mut histogram = Histogram::default();
        (1..=100_000).for_each(|nanos| histogram.add(nanos * 1000, 1));
        for (share, expect) in [(0.5, 5e7), (0.95, 9.5e7), (0.99, 9.9e7)] {
            let found = histogram.quantile(share).unwrap();
            assert!((found / expect - 1.0).abs() < 0.045, "{share}: {found} for {expect}");
        }
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let (mut whole, mut parts) = (Histogram::default(), [Histogram::default(), Histogram::default()]);
        for nanos in (1..1000).map(|number: u64| number * number * 37) {
            whole.add(nanos, 2);
            parts[(nanos % 2) as usize].add(nanos, 2);
        }
        let [mut first, second] = parts;
        first.merge(&second);
        assert_eq!(first, whole);
        assert_eq!(Histogram::from_buckets(whole.buckets().iter().rev().copied()), whole);
    }

    #[test]
    fn extremes() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), None);
        histogram.add(0, 1);
        histogram.add(u64::MAX, 1);
        assert_eq!(histogram.count(), 2);
        assert!(histogram.quantile(0.0).unwrap() < 2.0 && histogram.quantile(1.0).unwrap() > 1e19);
    }
}
