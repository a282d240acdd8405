//! The time, as cheap as it can be had: two readings are taken for every call that is traced.

use std::sync::LazyLock;
use std::time::Instant;

/// Where the processor counts at a constant rate on all cores, reading its counter takes a third of what the system's clock takes.
static HAS_COUNTER: LazyLock<bool> = LazyLock::new(has_counter);

/// When this was first asked for; what the system's clock counts from.
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Makes ready what [`ticks`] reads, and tells whether it is the processor's counter.
pub fn prepare() -> bool {
    LazyLock::force(&ORIGIN);
    *LazyLock::force(&HAS_COUNTER)
}

/// Now, in a unit that a [`Clock`] knows.
#[inline]
pub fn ticks(is_counter: bool) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if is_counter {
        // SAFETY: every x86-64 processor has the instruction.
        return unsafe { core::arch::x86_64::_rdtsc() };
    }
    let _ = is_counter;
    ORIGIN.elapsed().as_nanos() as u64
}

#[cfg(target_arch = "x86_64")]
fn has_counter() -> bool {
    use core::arch::x86_64::__cpuid;
    // Volume 2 of Intel's manual, CPUID leaf 80000007H: bit 8 of EDX says that the counter is invariant.
    let is_invariant = __cpuid(0x8000_0000).eax >= 0x8000_0007 && __cpuid(0x8000_0007).edx & (1 << 8) != 0;
    // Linux watches it, and takes another clock where a counter is not to be trusted.
    let source = std::fs::read_to_string("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    is_invariant && source.is_ok_and(|source| source.trim() == "tsc")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_counter() -> bool {
    false
}

/// Knows how long a tick is.
pub struct Clock {
    began: Instant,
    began_ticks: u64,
    is_counter: bool,
}

impl Clock {
    /// Begins to measure.
    pub fn new() -> Self {
        let is_counter = prepare();
        Self { began: Instant::now(), began_ticks: ticks(is_counter), is_counter }
    }

    /// Nanoseconds of a tick, the more exact the longer ago the clock was made.
    pub fn tick_nanos(&self) -> f64 {
        let ticks = ticks(self.is_counter).saturating_sub(self.began_ticks);
        if self.is_counter && ticks > 0 { self.began.elapsed().as_nanos() as f64 / ticks as f64 } else { 1.0 }
    }
}
