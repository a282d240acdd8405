//! The last line of defence: a panic of foreign code becomes a message and costs one file, not the whole run.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`, which must leave nothing half done that outlives it; its panic is returned as text and not printed.
///
/// # Errors
/// What the panic said, in one line.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_CAUGHT.get() {
                print(info);
            }
        }));
    });
    let before = IS_CAUGHT.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(before);
    result.map_err(|payload| first_line(&*payload))
}

fn first_line(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref().copied());
    text.and_then(|text| text.lines().next()).unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_first_line() {
        assert_eq!(caught(|| 7), Ok(7));
        assert_eq!(caught(|| assert!(String::new().len() > 1, "too {}\nlate", "short")), Err("too short".to_owned()));
        assert_eq!(caught(|| panic::panic_any(7)), Err("no reason given".to_owned()));
    }

    #[test]
    fn the_inner_of_two_is_caught_first() {
        let outer = caught(|| (caught(|| panic::panic_any("inner")), IS_CAUGHT.get()));
        assert_eq!(outer, Ok((Err("inner".to_owned()), true)));
        assert!(!IS_CAUGHT.get());
    }
}
