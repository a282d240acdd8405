//! Measurements in buckets, of explicit bounds or of exponential ones: what came between two points, and quantiles.
//!
//! Quantiles are interpolated as `histogram_quantile` of Prometheus does it: in a line between explicit bounds, by a constant factor
//! between exponential ones.

use std::cmp::Reverse;

use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets as Sent;
use opentelemetry_proto::tonic::metrics::v1::{ExponentialHistogramDataPoint, HistogramDataPoint};

/// SDKs have 15 and 160 unless told otherwise.
const MAX_BUCKETS: usize = 1024;
/// The range of the data model for metrics.
const SCALES: std::ops::RangeInclusive<i32> = -10..=20;

const TOO_MANY: &str = "metric with over 1024 buckets";
const UNFIT: &str = "metric with buckets that do not fit their bounds";

/// Which bucket, in the order of what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Negative(Reverse<i32>),
    Zero,
    Positive(i32),
}

#[derive(Clone, Debug, PartialEq)]
enum Bounds {
    /// Ascending.
    Explicit(Vec<f64>),
    /// Bucket `i` holds what is above `2^(i / 2^scale)`, up to the bound of the next.
    Exponential { scale: i32 },
}

/// How many measurements of about a size there were.
#[derive(Clone, Debug)]
pub struct Buckets {
    bounds: Bounds,
    /// Ascending, none of them empty.
    counts: Vec<(Key, u64)>,
    /// Of all measurements, also those before.
    min: Option<f64>,
    max: Option<f64>,
}

impl Buckets {
    /// Those of a histogram; none at all if it has none.
    pub fn explicit(point: &HistogramDataPoint) -> Result<Self, &'static str> {
        let (counts, bounds) = (&point.bucket_counts, &point.explicit_bounds);
        if counts.len() > MAX_BUCKETS {
            return Err(TOO_MANY);
        }
        let is_fit = counts.is_empty() && bounds.is_empty() || counts.len() == bounds.len() + 1;
        if !is_fit || !bounds.is_sorted_by(|low, high| low < high) || !bounds.iter().all(|bound| bound.is_finite()) {
            return Err(UNFIT);
        }
        let counts = (0..).map(Key::Positive).zip(counts.iter().copied()).filter(|&(_, count)| count > 0).collect();
        Ok(Self { bounds: Bounds::Explicit(bounds.clone()), counts, min: point.min, max: point.max })
    }

    /// Those of an exponential histogram.
    pub fn exponential(point: &ExponentialHistogramDataPoint) -> Result<Self, &'static str> {
        if !SCALES.contains(&point.scale) {
            return Err(UNFIT);
        }
        let mut counts = side(point.negative.as_ref(), |index| Key::Negative(Reverse(index)))?;
        counts.reverse();
        counts.extend((point.zero_count > 0).then_some((Key::Zero, point.zero_count)));
        counts.extend(side(point.positive.as_ref(), Key::Positive)?);
        Ok(Self { bounds: Bounds::Exponential { scale: point.scale }, counts, min: point.min, max: point.max })
    }

    /// How many measurements.
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, &(_, count)| sum.saturating_add(count))
    }

    /// About how much memory they take.
    pub fn bytes(&self) -> usize {
        let bounds = if let Bounds::Explicit(bounds) = &self.bounds { size_of_val(&**bounds) } else { 0 };
        size_of::<Self>() + size_of_val(&*self.counts) + bounds
    }

    /// What came since an earlier point; `None` if the counts began anew.
    pub fn since(&self, before: &Self) -> Option<Self> {
        let before = before.rescaled(&self.bounds)?;
        let mut counts = Vec::with_capacity(self.counts.len());
        let mut earlier = before.iter().copied().peekable();
        for &(key, count) in &self.counts {
            let known = earlier.next_if(|&(known, _)| known == key).map_or(0, |(_, count)| count);
            let new = count.checked_sub(known)?;
            counts.extend((new > 0).then_some((key, new)));
        }
        // One that is left had measurements that are gone now.
        earlier.next().is_none().then(|| Self { counts, ..self.clone() })
    }

    /// The counts within other bounds; `None` if these cannot be had.
    fn rescaled(&self, bounds: &Bounds) -> Option<Vec<(Key, u64)>> {
        match (&self.bounds, bounds) {
            (Bounds::Exponential { scale }, Bounds::Exponential { scale: lower }) => {
                let by = scale.checked_sub(*lower).filter(|&by| by >= 0)?;
                let mut counts = Vec::<(Key, u64)>::new();
                for &(key, count) in &self.counts {
                    let key = match key {
                        Key::Negative(Reverse(index)) => Key::Negative(Reverse(index >> by)),
                        Key::Zero => Key::Zero,
                        Key::Positive(index) => Key::Positive(index >> by),
                    };
                    match counts.last_mut() {
                        Some((last, sum)) if *last == key => *sum = sum.saturating_add(count),
                        _ => counts.push((key, count)),
                    }
                }
                Some(counts)
            }
            _ => (self.bounds == *bounds).then(|| self.counts.clone()),
        }
    }

    /// What a share of all measurements do not exceed; `None` if that cannot be said.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let rank = share * self.count() as f64;
        let mut below = 0.0;
        let &(key, count) = self.counts.iter().find(|(_, count)| {
            below += *count as f64;
            below >= rank
        })?;
        let part = 1.0 - (below - rank) / count as f64;
        let value = self.value(key, part)?;
        let value = self.max.map_or(value, |max| value.min(max));
        let value = self.min.map_or(value, |min| value.max(min));
        value.is_finite().then_some(value)
    }

    /// The value at a part of a bucket.
    fn value(&self, key: Key, part: f64) -> Option<f64> {
        match (&self.bounds, key) {
            (Bounds::Explicit(bounds), Key::Positive(index)) => {
                let bound = |index: i32| bounds.get(usize::try_from(index).ok()?).copied();
                let (low, high) = (bound(index - 1), bound(index).or(self.max));
                match (low, high) {
                    (Some(low), Some(high)) => Some(low + (high - low) * part),
                    // Most measurements are of what cannot be negative.
                    (None, Some(high)) => Some(self.min.unwrap_or(0.0).min(high) * (1.0 - part) + high * part),
                    (low, None) => low,
                }
            }
            (Bounds::Exponential { scale }, Key::Positive(index)) => Some(power(*scale, f64::from(index) + part)),
            (Bounds::Exponential { scale }, Key::Negative(Reverse(index))) => {
                Some(-power(*scale, f64::from(index) + 1.0 - part))
            }
            _ => Some(0.0),
        }
    }
}

fn power(scale: i32, index: f64) -> f64 {
    (index * f64::from(-scale).exp2()).exp2()
}

fn side(sent: Option<&Sent>, key: impl Fn(i32) -> Key) -> Result<Vec<(Key, u64)>, &'static str> {
    let Some(Sent { offset, bucket_counts }) = sent else { return Ok(Vec::new()) };
    if bucket_counts.len() > MAX_BUCKETS {
        return Err(TOO_MANY);
    }
    let counts = bucket_counts.iter().enumerate().filter(|&(_, &count)| count > 0);
    counts.map(|(at, &count)| Ok((key(offset.checked_add(at as i32).ok_or(UNFIT)?), count))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explicit(counts: &[u64]) -> Buckets {
        let (bucket_counts, explicit_bounds) = (counts.to_vec(), vec![10.0, 20.0, 40.0]);
        Buckets::explicit(&HistogramDataPoint { bucket_counts, explicit_bounds, ..Default::default() })
            .expect("they fit")
    }

    fn exponential(scale: i32, offset: i32, counts: &[u64]) -> Buckets {
        let positive = Some(Sent { offset, bucket_counts: counts.to_vec() });
        Buckets::exponential(&ExponentialHistogramDataPoint { scale, positive, ..Default::default() })
            .expect("they fit")
    }

    #[track_caller]
    fn check(buckets: &Buckets, share: f64, expect: Option<f64>) {
        let found = buckets.quantile(share);
        let is_near = found.zip(expect).is_some_and(|(found, expect)| (found - expect).abs() < 1e-9 * expect.abs());
        assert!(is_near || found == expect, "{share}: {found:?} for {expect:?}");
    }

    #[test]
    fn quantiles_of_explicit_bounds() {
        check(&explicit(&[0, 0, 0, 0]), 0.5, None);
        check(&explicit(&[10, 0, 0, 0]), 0.5, Some(5.0));
        check(&explicit(&[0, 10, 10, 0]), 0.5, Some(20.0));
        check(&explicit(&[0, 10, 10, 0]), 0.75, Some(30.0));
        check(&explicit(&[0, 0, 0, 5]), 0.5, Some(40.0));
        check(&Buckets { max: Some(12.0), ..explicit(&[0, 10, 0, 0]) }, 0.99, Some(12.0));
        check(&Buckets { max: Some(80.0), ..explicit(&[0, 0, 0, 5]) }, 0.5, Some(60.0));
    }

    #[test]
    fn quantiles_of_exponential_bounds() {
        check(&exponential(0, 3, &[10]), 1.0, Some(16.0));
        check(&exponential(0, 3, &[10]), 0.5, Some(8.0 * 2f64.sqrt()));
        check(&exponential(1, -2, &[1, 0, 0, 1]), 1.0, Some(2.0));
        let negative = Some(Sent { offset: 0, bucket_counts: vec![1, 1] });
        let point = ExponentialHistogramDataPoint { negative, zero_count: 2, ..Default::default() };
        let buckets = Buckets::exponential(&point).expect("they fit");
        check(&buckets, 0.25, Some(-2.0));
        check(&buckets, 0.75, Some(0.0));
    }

    #[test]
    fn what_came_between_two_points() {
        let since = |after: &[u64], before: &[u64]| Some(explicit(after).since(&explicit(before))?.counts);
        assert_eq!(since(&[1, 2, 3, 4], &[1, 0, 3, 4]), Some(vec![(Key::Positive(1), 2)]));
        assert_eq!(since(&[1, 2, 3, 4], &[2, 2, 3, 4]), None);
        assert_eq!(since(&[0, 2, 3, 4], &[1, 2, 3, 4]), None);
        assert!(explicit(&[1, 1, 1, 1]).since(&exponential(0, 0, &[1])).is_none());
    }

    #[test]
    fn a_coarser_scale_takes_the_finer_one_in() {
        let (fine, coarse) = (exponential(1, -2, &[1, 2, 3, 4]), exponential(0, -1, &[4, 8]));
        let counts = coarse.since(&fine).expect("no counts are gone").counts;
        assert_eq!(counts, [(Key::Positive(-1), 1), (Key::Positive(0), 1)]);
        assert!(fine.since(&coarse).is_none());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let point = |counts: &[u64], bounds: &[f64]| HistogramDataPoint {
            bucket_counts: counts.to_vec(),
            explicit_bounds: bounds.to_vec(),
            ..Default::default()
        };
        assert_eq!(Buckets::explicit(&point(&[1, 2], &[])).err(), Some(UNFIT));
        assert_eq!(Buckets::explicit(&point(&[1, 2, 3], &[2.0, 1.0])).err(), Some(UNFIT));
        assert_eq!(Buckets::explicit(&point(&[1, 2], &[f64::NAN])).err(), Some(UNFIT));
        assert_eq!(Buckets::explicit(&point(&[1; 2000], &[0.0; 1999])).err(), Some(TOO_MANY));
        let point = |scale, offset| {
            let positive = Some(Sent { offset, bucket_counts: vec![1, 1] });
            ExponentialHistogramDataPoint { scale, positive, ..Default::default() }
        };
        assert_eq!(Buckets::exponential(&point(99, 0)).err(), Some(UNFIT));
        assert_eq!(Buckets::exponential(&point(0, i32::MAX)).err(), Some(UNFIT));
    }
}
