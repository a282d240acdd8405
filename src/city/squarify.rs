//! One rectangle is cut into rows of nearly square cells (Bruls, Huizing, van Wijk: "Squarified Treemaps", 2000).

use glam::DVec2;

/// An axis-aligned rectangle in metres.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rect {
    pub min: DVec2,
    pub max: DVec2,
}

impl Rect {
    pub fn size(&self) -> DVec2 {
        self.max - self.min
    }

    pub fn center(&self) -> DVec2 {
        (self.min + self.max) / 2.0
    }

    /// Longer over shorter side.
    pub fn aspect(&self) -> f64 {
        let size = self.size();
        size.max_element() / size.min_element()
    }

    /// Moves each side inwards.
    pub fn inset(&self, by: f64) -> Self {
        Self { min: self.min + by, max: self.max - by }
    }

    /// The middle part, whose longer side is at most `aspect` times the shorter one.
    pub fn trimmed(&self, aspect: f64) -> Self {
        let half = (self.size() / 2.0).min(DVec2::splat(aspect * self.size().min_element() / 2.0));
        Self { min: self.center() - half, max: self.center() + half }
    }
}

/// Several cells side by side across the whole of what is left of the rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// The row takes the left edge and its cells stand above one another; otherwise it takes the bottom edge.
    pub upright: bool,
    /// One past its last cell.
    pub end: u32,
}

/// Cuts a rectangle of this size into rows; `weights` are positive and best in descending order.
pub(super) fn squarify(weights: &[f64], size: DVec2) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut left = size;
    let mut left_weight: f64 = weights.iter().sum();
    let mut start = 0;
    while start < weights.len() {
        let upright = left.x >= left.y;
        let (along, across) = if upright { (left.y, left.x) } else { (left.x, left.y) };
        let unit_area = along * across / left_weight;
        let (end, row_weight) = longest_row(&weights[start..], along * along / unit_area);
        start += end;
        rows.push(Row { upright, end: start as u32 });
        let taken = (row_weight / left_weight).min(1.0) * across;
        left = if upright { DVec2::new(across - taken, along) } else { DVec2::new(along, across - taken) };
        left_weight -= row_weight;
        if left.min_element() <= 0.0 || left_weight <= 0.0 {
            break;
        }
    }
    // Rounding may eat the rest of the rectangle just before the last cell.
    match rows.last_mut() {
        Some(last) => last.end = weights.len() as u32,
        None if !weights.is_empty() => rows.push(Row { upright: false, end: weights.len() as u32 }),
        None => {}
    }
    rows
}

/// How many weights the first row takes before its worst aspect ratio rises, and their sum. `along2` is the square of
/// the row's length, in units of weight.
fn longest_row(weights: &[f64], along2: f64) -> (usize, f64) {
    let (mut sum, mut least, mut most, mut worst) = (0.0, f64::INFINITY, 0.0_f64, f64::INFINITY);
    for (index, &weight) in weights.iter().enumerate() {
        let next_sum = sum + weight;
        least = weight.min(least);
        most = weight.max(most);
        let next_worst = f64::max(along2 * most / (next_sum * next_sum), next_sum * next_sum / (along2 * least));
        if next_worst > worst {
            return (index, sum);
        }
        (sum, worst) = (next_sum, next_worst);
    }
    (weights.len(), sum)
}

/// The cells of `rows` in `rect`, each of an area in proportion to its weight.
pub(super) fn place(rows: &[Row], weights: &[f64], rect: Rect) -> Vec<Rect> {
    let mut cells = Vec::with_capacity(weights.len());
    let mut left = rect;
    // Sums from the back, so that the last row and the last cell of a row get exactly what is left.
    let mut row_weights: Vec<f64> = Vec::with_capacity(rows.len());
    let mut start = 0;
    for row in rows {
        row_weights.push(weights[start..row.end as usize].iter().sum());
        start = row.end as usize;
    }
    let mut left_weight: f64 = row_weights.iter().sum();
    let mut start = 0;
    for (index, row) in rows.iter().enumerate() {
        let is_last = index + 1 == rows.len();
        let share = if is_last { 1.0 } else { row_weights[index] / left_weight };
        let (strip, rest) = split(left, row.upright, share);
        place_row(&weights[start..row.end as usize], row_weights[index], strip, row.upright, &mut cells);
        left = rest;
        left_weight -= row_weights[index];
        start = row.end as usize;
    }
    cells
}

fn place_row(weights: &[f64], row_weight: f64, strip: Rect, upright: bool, cells: &mut Vec<Rect>) {
    let mut left = strip;
    let mut left_weight = row_weight;
    for (index, weight) in weights.iter().enumerate() {
        let share = if index + 1 == weights.len() { 1.0 } else { weight / left_weight };
        let (cell, rest) = split(left, !upright, share);
        cells.push(cell);
        left = rest;
        left_weight -= weight;
    }
}

/// Cuts a share off the left edge, or off the bottom edge.
fn split(rect: Rect, off_left: bool, share: f64) -> (Rect, Rect) {
    let share = share.clamp(0.0, 1.0);
    let (mut first, mut rest) = (rect, rect);
    if off_left {
        let cut = rect.min.x + (rect.max.x - rect.min.x) * share;
        (first.max.x, rest.min.x) = (cut, cut);
    } else {
        let cut = rect.min.y + (rect.max.y - rect.min.y) * share;
        (first.max.y, rest.min.y) = (cut, cut);
    }
    (first, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(weights: &[f64], worst_aspect: f64) {
        let rect = Rect { min: DVec2::ZERO, max: DVec2::new(6.0, 4.0) };
        let cells = place(&squarify(weights, rect.size()), weights, rect);
        let total: f64 = weights.iter().sum();
        assert_eq!(cells.len(), weights.len());
        for (cell, weight) in cells.iter().zip(weights) {
            let area = cell.size().x * cell.size().y;
            assert!((area - 24.0 * weight / total).abs() < 1e-9, "{cell:?} for {weight}");
            assert!(cell.aspect() <= worst_aspect, "{cell:?} has aspect {}", cell.aspect());
        }
    }

    #[test]
    fn areas_follow_weights() {
        check(&[1.0], 1.5);
        check(&[6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0], 3.0);
        check(&[1.0; 24], 1.6);
        check(&[1.0; 25], 2.0);
        check(&[512.0, 1.0, 1.0, 1.0], 40.0);
        check(&[], 1.0);
    }
}
