use super::*;
use crate::telemetry::Limits;
use crate::telemetry::testing::{BEGIN, SECOND};

const BYTES: usize = 100_000;

fn span(trace: u64, span: u64, parent: u64) -> Arrival {
    let id = Id { trace: [trace, 1], span };
    let (start, end) = (BEGIN + span % 1000, BEGIN + span % 1000 + 1);
    Arrival { id, parent, start, end, site: SiteId(span as u32 % 10), is_placed: true, is_error: false }
}

#[test]
fn any_number_of_spans_takes_no_more_than_may_be() {
    let (mut open, mut sums) = (Open::new(BYTES), Pending::new(&Limits::default()));
    for number in 1..100_000 {
        assert!(open.arrive(&span(number, 1, 2), &mut sums).is_ok());
        assert!(open.bytes() < BYTES + BYTES / 10, "{number}: {}", open.bytes());
    }
    assert_eq!(sums.news.take_calls(), []);
    let forgotten = open.take_forgotten();
    assert!(forgotten > 90_000 && forgotten < 100_000);
    assert_eq!(open.take_forgotten(), 0);
}

#[test]
fn a_span_whose_children_still_come_is_not_forgotten() {
    let (mut open, mut sums) = (Open::new(BYTES), Pending::new(&Limits::default()));
    let children = 200;
    for number in 0..100_000 {
        open.arrive(&span(number + 2, 1, 0), &mut sums).unwrap();
        if number % 500 == 0 {
            open.arrive(&span(1, 1000 + number, 7), &mut sums).unwrap();
        }
    }
    let parent = Arrival { start: BEGIN, end: BEGIN + SECOND, ..span(1, 7, 0) };
    let self_nanos = open.arrive(&parent, &mut sums).unwrap();
    assert_eq!(sums.news.take_calls().iter().map(|row| row.count).sum::<u64>(), children);
    // Children of one and the same nanosecond count once.
    assert_eq!(self_nanos, SECOND - 2);
}

#[test]
fn a_chain_of_any_length_leads_to_its_caller() {
    let length = 5000;
    for reversed in [false, true] {
        let (mut open, mut sums) = (Open::new(10 * length * 200), Pending::new(&Limits::default()));
        let mut spans: Vec<_> = (1..=length as u64).map(|at| span(1, at, at - 1)).collect();
        spans[1..length - 1].iter_mut().for_each(|span| span.is_placed = false);
        if reversed {
            spans.reverse();
        }
        assert!(spans.iter().all(|span| open.arrive(span, &mut sums).is_ok()));
        let calls = sums.news.take_calls();
        let (from, to) = (SiteId(1), SiteId(length as u32 % 10));
        assert_eq!(calls.iter().map(|row| (row.from, row.to, row.count)).collect::<Vec<_>>(), [(from, to, 1)]);
    }
}
