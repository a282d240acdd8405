use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::intake::OVER_MEMORY;
use super::testing::{BEGIN, Made, Name, Numbers, PATHS, SECOND, Sum, calls, sums, take, telemetry, traces};
use super::*;

const MEMORY: u64 = 1 << 30;

fn name(made: &Made) -> Name {
    (made.service.to_owned(), made.path.to_owned())
}

/// A span that stands for nothing but its second.
fn in_second(number: u64) -> Span<'static> {
    let end = BEGIN + number * SECOND;
    Made { service: "one", trace: 0, id: 0, parent: 0, start: end, end, path: "a.py", is_error: false }.span()
}

/// The sums by their definition, from all spans at once.
fn expected_sums(spans: &[Made]) -> BTreeMap<(Nanos, Name), Sum> {
    let mut sums = BTreeMap::<_, Sum>::new();
    for span in spans {
        let mut children: Vec<_> =
            spans.iter().filter(|child| (child.trace, child.parent) == (span.trace, span.id)).collect();
        children.sort_unstable_by_key(|child| child.start);
        let (mut covered, mut until) = (0, span.start);
        for child in children {
            covered += child.end.min(span.end).saturating_sub(child.start.max(until));
            until = until.max(child.end.min(span.end));
        }
        let nanos = span.end - span.start;
        let sum = sums.entry((span.end / SECOND * SECOND, name(span))).or_default();
        *sum = (sum.0 + 1, sum.1 + u64::from(span.is_error), sum.2 + (nanos - covered) as i64, sum.3 + nanos);
    }
    sums
}

/// Calls by their definition.
fn expected_calls(spans: &[Made]) -> BTreeMap<(Nanos, Name, Name), (u64, u64)> {
    let by_id: BTreeMap<_, _> = spans.iter().map(|span| ((span.trace, span.id), span)).collect();
    let mut calls = BTreeMap::<_, (u64, u64)>::new();
    for span in spans.iter().filter(|span| !span.path.is_empty()) {
        let mut above = by_id.get(&(span.trace, span.parent));
        while let Some(caller) = above
            && caller.path.is_empty()
        {
            above = by_id.get(&(caller.trace, caller.parent));
        }
        if let Some(caller) = above {
            let sum = calls.entry((span.end / SECOND * SECOND, name(caller), name(span))).or_default();
            *sum = (sum.0 + 1, sum.1 + u64::from(span.is_error));
        }
    }
    calls
}

#[test]
fn any_order_and_any_messages_give_the_same_sums() {
    let mut numbers = Numbers(1);
    let mut spans = traces(&mut numbers, 60);
    let (sums_by_definition, calls_by_definition) = (expected_sums(&spans), expected_calls(&spans));
    assert!(calls_by_definition.len() > 50);
    let orders: [fn(&mut Numbers, &mut [Made]); 4] = [
        |_, _| (),
        |_, spans| spans.reverse(),
        |_, spans| spans.sort_unstable_by_key(|span| span.end),
        |numbers, spans| numbers.shuffle(spans),
    ];
    for order in orders.iter().chain([&orders[3]; 8]) {
        order(&mut numbers, &mut spans);
        let telemetry = telemetry(MEMORY);
        take(&telemetry, &mut numbers, &spans);
        telemetry.history(|history| {
            assert_eq!(sums(history), sums_by_definition);
            assert_eq!(calls(history), calls_by_definition);
        });
    }
}

#[test]
fn spans_that_are_sent_again_count_once() {
    let mut numbers = Numbers(2);
    let mut spans = traces(&mut numbers, 30);
    let expect = expected_sums(&spans);
    let count = spans.len();
    spans.extend_from_within(..);
    numbers.shuffle(&mut spans);
    let telemetry = telemetry(MEMORY);
    take(&telemetry, &mut numbers, &spans);
    telemetry.history(|history| assert_eq!(sums(history), expect));
    let totals = telemetry.totals();
    assert_eq!(totals.spans, count as u64);
    assert!(totals.mended.iter().any(|&(why, many)| why.contains("again") && many == count as u64));
}

#[test]
fn increments_add_up_to_the_history() {
    let mut numbers = Numbers(3);
    let mut spans = traces(&mut numbers, 50);
    numbers.shuffle(&mut spans);
    let (first, second) = (telemetry(MEMORY), telemetry(MEMORY));
    let mut told = History::default();
    for spans in spans.chunks(7) {
        for span in spans {
            first.spans(span.service, &[span.span()]);
        }
        told.add(&first.tick());
    }
    take(&second, &mut numbers, &spans);
    second.history(|history| {
        assert_eq!(sums(&told), sums(history));
        assert_eq!(calls(&told), calls(history));
    });
}

#[test]
fn a_caller_is_found_through_frames_without_a_place() {
    let telemetry = telemetry(MEMORY);
    let made = |id, parent, path| Made {
        service: "one",
        trace: 1,
        id,
        parent,
        start: BEGIN,
        end: BEGIN + 10,
        path,
        is_error: false,
    };
    let spans = [made(1, 0, "a.py"), made(2, 1, ""), made(3, 2, ""), made(4, 3, "b.py"), made(5, 2, "c/d.py")];
    let circle = [made(11, 12, ""), made(12, 11, ""), made(13, 12, "a.py"), made(14, 14, "a.py")];
    take(&telemetry, &mut Numbers(4), &spans);
    take(&telemetry, &mut Numbers(4), &circle);
    telemetry.history(|history| {
        let calls: Vec<_> =
            calls(history).into_iter().map(|((_, from, to), (count, _))| (from.1, to.1, count)).collect();
        assert_eq!(calls, [("a.py".into(), "b.py".into(), 1), ("a.py".into(), "c/d.py".into(), 1)]);
    });
}

#[test]
fn impossible_times_count_when_they_came_and_are_said() {
    let telemetry = telemetry(MEMORY);
    let made =
        |id, start, end| Made { service: "one", trace: 1, id, parent: 0, start, end, path: "a.py", is_error: false };
    let spans = [made(1, 0, 0), made(2, u64::MAX - 5, u64::MAX), made(3, BEGIN + 5, BEGIN), made(4, 7, 9)];
    take(&telemetry, &mut Numbers(5), &spans);
    telemetry.history(|history| {
        let rows: Vec<_> = history.rows().collect();
        assert_eq!(rows.iter().map(|row| row.sums.count).sum::<u64>(), 4);
        assert!(rows.iter().all(|row| row.start >= BEGIN - SECOND && row.sums.total_nanos < SECOND));
    });
    assert_eq!(telemetry.totals().mended.iter().map(|(_, count)| count).sum::<u64>(), 4);
}

#[test]
fn the_slowest_are_the_same_in_any_order() {
    let mut numbers = Numbers(6);
    let mut spans = traces(&mut numbers, 100);
    let mut expect: Vec<_> = spans.iter().map(|span| (span.end - span.start, span.trace, span.id)).collect();
    expect.sort_unstable_by(|one, two| two.0.cmp(&one.0).then(one.cmp(two)));
    let mut found = Vec::new();
    for _ in 0..3 {
        numbers.shuffle(&mut spans);
        let telemetry = telemetry(MEMORY);
        take(&telemetry, &mut numbers, &spans);
        found.push(telemetry.history(|history| {
            let spans = history.spans();
            assert!(spans.iter().all(|span| span.attributes.as_ref() == "{}" && span.name.as_ref() == "work"));
            spans.iter().map(|span| (span.nanos, span.trace, span.id)).collect::<Vec<_>>()
        }));
    }
    assert!(found.iter().all(|spans| spans[..] == found[0][..]));
    assert!(found[0].len() >= 20 && found[0].len() < 20 + 3 * 12);
    assert_eq!(found[0][..20], expect[..20]);
}

fn log(time: Nanos, severity: u8, text: &str) -> Log<'_> {
    let code = Code { path: "a.py", ..Code::default() };
    Log { time, severity: Severity(severity), text, trace: 0, span: 0, exception: None, code, attributes: &() }
}

#[test]
fn every_error_is_counted_and_listed() {
    let telemetry = telemetry(MEMORY);
    let texts: Vec<_> = (0..3000).map(|number| format!("no user {}", number % 300)).collect();
    for (texts, second) in texts.chunks(100).zip(0..) {
        let logs: Vec<_> = texts.iter().map(|text| log(BEGIN + second * SECOND, 17, text)).collect();
        assert_eq!(telemetry.logs("one", &logs).accepted, 100);
        telemetry.tick();
    }
    assert_eq!(telemetry.totals().errors, 3000);
    telemetry.history(|history| {
        assert_eq!(history.errors().iter().map(|row| row.count).sum::<u64>(), 3000);
        assert_eq!(history.rows().map(|row| row.sums.errors).sum::<u64>(), 3000);
        assert!(history.errors().iter().any(|row| &*row.message == "(others)" && row.count > 1));
        assert!(history.errors().iter().filter(|row| &*row.message == "no user 7").count() == 10);
    });
}

#[test]
fn log_records_are_listed_or_counted() {
    let telemetry = telemetry(MEMORY);
    let logs: Vec<_> = (0..1000).map(|number| log(BEGIN + number * SECOND / 500, 9, "so")).collect();
    telemetry.logs("one", &logs);
    telemetry.logs("one", &[log(BEGIN, 13, "mind"), log(BEGIN, 20, "bad")]);
    let update = telemetry.tick();
    let unlisted = telemetry.totals().mended.iter().find(|(why, _)| why.contains("listed")).unwrap().1;
    assert_eq!(update.logs.len() as u64 + unlisted, 1002);
    assert!(update.logs.iter().any(|row| &*row.text == "mind") && update.logs.iter().any(|row| &*row.text == "bad"));
    assert!(update.logs.len() < 200);
}

#[test]
fn a_million_names_are_one_site() {
    let telemetry = telemetry(16 << 20);
    for chunk in 0..1000_u64 {
        let names: Vec<_> = (0..1000).map(|number| format!("GET /user/{}", chunk * 1000 + number)).collect();
        let span = |name| Span {
            name,
            code: Code { name, ..Code::default() },
            ..Made { service: "one", trace: 0, id: 0, parent: 0, start: BEGIN, end: BEGIN, path: "", is_error: false }
                .span()
        };
        let spans: Vec<_> = names.iter().map(|name| span(name.as_str())).collect();
        assert_eq!(telemetry.spans("one", &spans).accepted, 1000);
        telemetry.tick();
    }
    let totals = telemetry.totals();
    assert!(totals.sites < 10_000, "{}", totals.sites);
    assert!(totals.memory_bytes < totals.memory_limit_bytes);
    let others = totals.mended.iter().find(|(why, _)| why.contains("names")).unwrap().1;
    assert_eq!(others + totals.sites - 1, 1_000_000);
    telemetry.history(|history| {
        let row = history.rows().find(|row| &*history.sites()[row.site.index()].name == "(other names)").unwrap();
        assert_eq!(row.sums.count, others);
    });
}

#[test]
fn without_memory_a_message_may_be_sent_again() {
    let telemetry = telemetry(1 << 20);
    let mut second = 0_u64;
    let mut send = || {
        let spans: Vec<_> = (second..second + 100).map(in_second).collect();
        second += 100;
        telemetry.spans("one", &spans)
    };
    let mut accepted = 0;
    let refused = loop {
        let taken = send();
        accepted += taken.accepted;
        if taken.accepted == 0 {
            break taken;
        }
    };
    assert!(refused.retry && refused.rejected.len() == 100);
    assert_eq!(telemetry.totals().refused, [(NO_MEMORY, 100)]);
    let update = telemetry.tick();
    assert_eq!(update.rows.iter().map(|row| row.sums.count).sum::<u64>(), accepted);
    assert_eq!(send().accepted, 100);
}

#[test]
fn what_no_longer_fits_of_a_message_is_told_one_by_one() {
    let telemetry = telemetry(1 << 20);
    let spans: Vec<_> = (0..5000).map(in_second).collect();
    let taken = telemetry.spans("one", &spans);
    assert!(taken.accepted > 0 && !taken.retry);
    let rejected = (taken.accepted as usize..5000).map(|index| (index, OVER_MEMORY));
    assert_eq!(taken.rejected, rejected.collect::<Vec<_>>());
    assert_eq!(telemetry.tick().rows.len() as u64, taken.accepted);
}

#[test]
fn a_message_waits_for_memory() {
    let telemetry = telemetry(1 << 20);
    let spans: Vec<_> = (0..50_000).map(in_second).collect();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                if telemetry.has_room() {
                    std::thread::yield_now();
                } else {
                    telemetry.tick();
                }
            }
        });
        let patient = Message::patient(&telemetry).spans("one", &spans);
        let begun = std::iter::repeat_with(|| Message::begin(&telemetry))
            .flatten()
            .next()
            .map(|begun| begun.spans("one", &spans));
        is_done.store(true, Ordering::Relaxed);
        assert_eq!((patient.accepted, begun.map(|taken| taken.accepted)), (50_000, Some(50_000)));
    });
    assert_eq!(telemetry.totals().refused, []);
}

#[test]
fn goes_on_from_a_history() {
    let mut numbers = Numbers(8);
    let spans = traces(&mut numbers, 40);
    let (first, rest) = spans.split_at(spans.len() / 2);
    let before = telemetry(MEMORY);
    take(&before, &mut numbers, first);
    let history = before.history(Clone::clone);
    let known = history.sites().len();
    let after = Telemetry::resume(testing::placer(), Limits::default(), history);
    take(&after, &mut numbers, rest);
    after.history(|history| {
        let counts = |sums: BTreeMap<_, Sum>| sums.into_iter().map(|(key, sum)| (key, (sum.0, sum.1, sum.3))).collect();
        let (found, expect): (BTreeMap<_, _>, BTreeMap<_, _>) = (counts(sums(history)), counts(expected_sums(&spans)));
        assert_eq!(found, expect);
        assert!(history.sites().len() >= known && history.sites().len() <= 2 * (PATHS.len() + 1));
    });
}

#[test]
fn who_hears_gets_single_records() {
    let telemetry = telemetry(MEMORY);
    let spans = traces(&mut Numbers(9), 10);
    take(&telemetry, &mut Numbers(9), &spans);
    let heard = telemetry.subscribe(spans.len() + 1);
    telemetry.logs("one", &[log(BEGIN, 17, "bad")]);
    take(&telemetry, &mut Numbers(9), &spans);
    telemetry.logs("two", &[log(BEGIN, 9, "missed")]);
    let events = heard.wait(std::time::Duration::ZERO);
    assert_eq!((events.len(), heard.missed()), (spans.len() + 1, 1));
    assert_eq!((&*events[0].text, events[0].severity, &*events[0].service), ("bad", Severity(17), "one"));
    assert!(events[0].place.is_some());
    assert!(events[1..].iter().all(|event| event.kind == EventKind::Span && &*event.name == "work"));
}

#[test]
fn threads_take_while_another_is_told() {
    let spans = traces(&mut Numbers(10), 200);
    let telemetry = telemetry(MEMORY);
    let (done, mut told) = (std::sync::atomic::AtomicUsize::new(0), History::default());
    std::thread::scope(|scope| {
        for part in 0..4 {
            let (telemetry, done, spans) = (&telemetry, &done, &spans);
            scope.spawn(move || {
                for made in spans.iter().skip(part).step_by(4) {
                    assert_eq!(telemetry.spans(made.service, &[made.span()]).accepted, 1);
                }
                done.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            });
        }
        let mut is_last = false;
        while !is_last {
            is_last = done.load(std::sync::atomic::Ordering::SeqCst) == 4;
            let update = telemetry.tick();
            told.add(&update);
            assert!(update.rows.iter().all(|row| row.site.index() < told.sites().len()));
        }
    });
    assert_eq!(sums(&told), expected_sums(&spans));
    assert_eq!(calls(&told), expected_calls(&spans));
}

#[test]
fn exceptions_of_calls_are_errors_and_no_calls() {
    let telemetry = telemetry(MEMORY);
    let exception = Exception { kind: "ValueError", message: "bad", ..Exception::default() };
    let raised = Log { exception: Some(exception), ..log(BEGIN, 17, "ValueError: bad") };
    assert_eq!(Message::patient(&telemetry).raised("one", &[raised]).accepted, 1);
    let update = telemetry.tick();
    assert_eq!((update.rows.len(), update.errors.len(), update.logs.len()), (0, 1, 1));
    assert_eq!((&*update.errors[0].kind, &*update.errors[0].message), ("ValueError", "bad"));
}

#[test]
fn an_error_without_a_message_says_what_the_log_does() {
    let telemetry = telemetry(MEMORY);
    let exception = Some(Exception { stack: "Traceback", ..Exception::default() });
    let code = Code { path: "a.py", ..Code::default() };
    let (severity, attributes) = (Severity(17), &());
    let log = Log { time: BEGIN, severity, text: "no money", trace: 0, span: 0, exception, code, attributes };
    telemetry.logs("one", &[log]);
    let errors = telemetry.tick().errors;
    assert_eq!((&*errors[0].message, &*errors[0].stack), ("no money", "Traceback"));
}

#[test]
fn durations_of_calls_add_up() {
    let telemetry = telemetry(MEMORY);
    let site = telemetry.site("one", &Code { path: "a.py", ..Code::default() });
    let durations = |nanos| {
        let mut durations = Histogram::default();
        durations.add(nanos, 3);
        durations
    };
    for nanos in [5_000_000, 50_000_000] {
        let (count, durations) = (3, durations(nanos));
        let call = Call {
            site,
            caller: None,
            time: BEGIN,
            count,
            errors: 0,
            self_nanos: 0,
            total_nanos: 3 * nanos,
            durations,
        };
        assert_eq!(Message::patient(&telemetry).calls(&[call]).accepted, 1);
    }
    let mut expect = durations(5_000_000);
    expect.merge(&durations(50_000_000));
    let found: Vec<_> = telemetry.tick().rows.into_iter().map(|row| (row.sums.count, row.sums.durations)).collect();
    assert_eq!(found, [(6, expect)]);
}

#[test]
fn a_clock_that_is_ahead_does_not_take_the_live_end_along() {
    let telemetry = telemetry(MEMORY);
    let end = clock::arrival() + 3000 * SECOND;
    let ahead = Made { service: "one", trace: 1, id: 1, parent: 0, start: end, end, path: "a.py", is_error: false };
    assert_eq!(telemetry.spans("one", &[ahead.span()]).accepted, 1);
    assert!(telemetry.tick().now < clock::arrival() + 20 * SECOND);
    assert_eq!(telemetry.totals().mended, [(clock::FUTURE, 1)]);
}
