//! A linear program: as many cycles as can be, none of whose arcs is in more of them than it costs. Its prices say which
//! arcs to remove.
//!
//! The primal simplex method (G. B. Dantzig 1951) with a basis of cycles and the arcs that they use up: the slacks of all
//! other arcs are basic too and need no place in the inverse, so that this stays small. Costs are perturbed a little, so
//! that no two steps are equally good (A. Charnes 1952).

/// Smaller gains are none.
const GAIN: f64 = 1e-7;
/// Smaller pivots are not divided by.
const PIVOT: f64 = 1e-9;
/// After so many steps values and prices are computed anew, so that rounding errors do not add up.
const STEPS: usize = 100;

pub(super) struct Simplex {
    /// What each arc costs, perturbed.
    costs: Vec<f64>,
    /// The arcs of each cycle.
    cycles: Vec<Vec<usize>>,
    /// The cycles of the basis.
    basis: Vec<usize>,
    is_basic: Vec<bool>,
    /// The arcs used up, as many as there are cycles in the basis.
    tight: Vec<usize>,
    /// Where an arc is among them.
    place: Vec<Option<usize>>,
    /// A row for each cycle of the basis and a column for each tight arc: the inverse of which of these is in which cycle.
    inverse: Vec<Vec<f64>>,
    /// How often each cycle of the basis is packed.
    values: Vec<f64>,
    /// What each arc has left.
    left: Vec<f64>,
    /// What a bit more of an arc would win.
    prices: Vec<f64>,
}

/// What enters the basis.
enum Entering {
    Cycle(usize),
    /// What is left of the tight arc at this place.
    Slack(usize),
}

/// What leaves the basis.
#[derive(Clone, Copy)]
enum Leaving {
    /// The cycle at this place.
    Cycle(usize),
    /// What is left of this arc, which becomes tight.
    Slack(usize),
}

impl Simplex {
    pub(super) fn new(costs: impl ExactSizeIterator<Item = u32>) -> Self {
        let count = costs.len();
        // All of them together are less than the least difference that matters.
        let step = 0.1 / count.max(1) as f64;
        let perturbed = |(cost, at): (u32, u32)| {
            let scattered = f64::from(at.wrapping_mul(0x9E37_79B9)) / f64::from(u32::MAX);
            f64::from(cost) + step * (1.0 + scattered)
        };
        let costs: Vec<_> = costs.zip(0..).map(perturbed).collect();
        Self {
            left: costs.clone(),
            costs,
            cycles: Vec::new(),
            basis: Vec::new(),
            is_basic: Vec::new(),
            tight: Vec::new(),
            place: vec![None; count],
            inverse: Vec::new(),
            values: Vec::new(),
            prices: vec![0.0; count],
        }
    }

    /// A further cycle that may be packed.
    pub(super) fn add(&mut self, arcs: Vec<usize>) {
        self.cycles.push(arcs);
        self.is_basic.push(false);
    }

    /// How much of each arc to remove, so that each cycle loses one in sum.
    pub(super) fn prices(&self) -> &[f64] {
        &self.prices
    }

    /// How often each cycle is packed, which is at least 0.
    pub(super) fn packed(&self) -> impl Iterator<Item = (&[usize], f64)> {
        self.basis.iter().zip(&self.values).map(|(&cycle, value)| (self.cycles[cycle].as_slice(), value.max(0.0)))
    }

    /// Packs as much as can be, as long as there is work left; returns whether it came to its end.
    pub(super) fn solve(&mut self, work: &mut u64) -> bool {
        for step in 1.. {
            let Some((entering, gain)) = self.entering() else { break };
            let size = self.basis.len() as u64;
            let cost = size * size / 2 + (self.costs.len() + self.cycles.len() * 4) as u64;
            if *work < cost || !self.pivot(entering, gain) {
                self.refresh();
                return false;
            }
            *work -= cost;
            if step % STEPS == 0 {
                self.refresh();
            }
        }
        self.refresh();
        true
    }

    /// What wins most, and how much a unit of it wins.
    fn entering(&self) -> Option<(Entering, f64)> {
        let mut best = (GAIN, None);
        for (cycle, arcs) in self.cycles.iter().enumerate().filter(|(cycle, _)| !self.is_basic[*cycle]) {
            let gain = 1.0 - arcs.iter().map(|&arc| self.prices[arc]).sum::<f64>();
            if gain > best.0 {
                best = (gain, Some(Entering::Cycle(cycle)));
            }
        }
        for (place, &arc) in self.tight.iter().enumerate() {
            if -self.prices[arc] > best.0 {
                best = (-self.prices[arc], Some(Entering::Slack(place)));
            }
        }
        Some((best.1?, best.0))
    }

    /// One step; false when rounding errors leave none.
    fn pivot(&mut self, entering: Entering, gain: f64) -> bool {
        // What a unit of the entering one takes from each cycle of the basis, and from what is left of each arc.
        let mut taken = vec![0.0; self.basis.len()];
        let mut rates = vec![0.0; self.costs.len()];
        match entering {
            Entering::Cycle(cycle) => {
                for &arc in &self.cycles[cycle] {
                    rates[arc] = 1.0;
                    if let Some(place) = self.place[arc] {
                        taken.iter_mut().zip(&self.inverse).for_each(|(taken, row)| *taken += row[place]);
                    }
                }
            }
            Entering::Slack(place) => taken.iter_mut().zip(&self.inverse).for_each(|(taken, row)| *taken = row[place]),
        }
        for (&cycle, taken) in self.basis.iter().zip(&taken) {
            self.cycles[cycle].iter().for_each(|&arc| rates[arc] -= taken);
        }
        let Some((leaving, amount)) = self.leaving(&taken, &rates) else { return false };
        self.values.iter_mut().zip(&taken).for_each(|(value, taken)| *value -= amount * taken);
        self.left.iter_mut().zip(&rates).for_each(|(left, rate)| *left -= amount * rate);
        let by = match (entering, leaving) {
            (Entering::Cycle(cycle), Leaving::Cycle(at)) => self.exchange_cycles(cycle, at, &taken, amount),
            (Entering::Cycle(cycle), Leaving::Slack(arc)) => self.grow(cycle, arc, &taken, rates[arc], amount),
            (Entering::Slack(place), Leaving::Cycle(at)) => self.shrink(place, at, &taken, amount),
            (Entering::Slack(place), Leaving::Slack(arc)) => self.exchange_arcs(place, arc, amount),
        };
        by.into_iter().for_each(|(arc, change)| self.prices[arc] += gain * change);
        true
    }

    /// What is used up first, and by how much of the entering one; of equals the one with the largest pivot.
    fn leaving(&self, taken: &[f64], rates: &[f64]) -> Option<(Leaving, f64)> {
        let cycles = taken.iter().zip(&self.values).enumerate();
        let cycles = cycles.map(|(at, (&taken, &value))| (value, taken, Leaving::Cycle(at)));
        let slack = |arc: usize| (self.left[arc], rates[arc], Leaving::Slack(arc));
        let slacks = (0..rates.len()).filter(|&arc| self.place[arc].is_none()).map(slack);
        let pivots = cycles.chain(slacks).filter(|&(_, rate, _)| rate > PIVOT);
        let ratios = pivots.map(|(value, rate, leaving)| (value.max(0.0) / rate, -rate, leaving));
        ratios
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)))
            .map(|(amount, _, leaving)| (leaving, amount))
    }

    // Each of these returns how the prices change with a unit of gain.

    fn exchange_cycles(&mut self, cycle: usize, at: usize, taken: &[f64], amount: f64) -> Vec<(usize, f64)> {
        let mut row = std::mem::take(&mut self.inverse[at]);
        row.iter_mut().for_each(|value| *value /= taken[at]);
        for (other, &factor) in self.inverse.iter_mut().zip(taken) {
            subtract(other, &row, factor);
        }
        let prices = self.tight.iter().copied().zip(row.iter().copied()).collect();
        self.inverse[at] = row;
        self.values[at] = amount;
        self.is_basic[std::mem::replace(&mut self.basis[at], cycle)] = false;
        self.is_basic[cycle] = true;
        prices
    }

    /// The cycle joins the basis, and the arc those that are tight.
    fn grow(&mut self, cycle: usize, arc: usize, taken: &[f64], pivot: f64, amount: f64) -> Vec<(usize, f64)> {
        let mut row = self.through(arc);
        row.iter_mut().for_each(|value| *value /= -pivot);
        for (other, &factor) in self.inverse.iter_mut().zip(taken) {
            subtract(other, &row, factor);
            other.push(-factor / pivot);
        }
        row.push(1.0 / pivot);
        self.place[arc] = Some(self.tight.len());
        self.tight.push(arc);
        self.basis.push(cycle);
        self.is_basic[cycle] = true;
        self.values.push(amount);
        let prices = self.tight.iter().copied().zip(row.iter().copied()).collect();
        self.inverse.push(row);
        prices
    }

    /// The cycle leaves the basis, and the arc those that are tight.
    fn shrink(&mut self, place: usize, at: usize, taken: &[f64], amount: f64) -> Vec<(usize, f64)> {
        let row = self.inverse.swap_remove(at);
        let prices = self.tight.iter().zip(&row).map(|(&arc, value)| (arc, value / taken[at])).collect();
        let mut factors = taken.to_vec();
        factors.swap_remove(at);
        for (other, factor) in self.inverse.iter_mut().zip(factors) {
            subtract(other, &row, factor / taken[at]);
            other.swap_remove(place);
        }
        self.values.swap_remove(at);
        self.is_basic[self.basis.swap_remove(at)] = false;
        let freed = self.tight.swap_remove(place);
        (self.place[freed], self.left[freed]) = (None, amount);
        if let Some(&moved) = self.tight.get(place) {
            self.place[moved] = Some(place);
        }
        prices
    }

    fn exchange_arcs(&mut self, place: usize, arc: usize, amount: f64) -> Vec<(usize, f64)> {
        let mut through = self.through(arc);
        let pivot = std::mem::replace(&mut through[place], 0.0);
        for row in &mut self.inverse {
            let factor = row[place] / pivot;
            subtract(row, &through, factor);
            row[place] = factor;
        }
        let others = self.tight.iter().zip(&through).map(|(&arc, value)| (arc, value / pivot));
        let freed = self.tight[place];
        let prices = others.filter(|&(other, _)| other != freed).chain([(freed, 1.0), (arc, -1.0 / pivot)]).collect();
        (self.place[freed], self.left[freed]) = (None, amount);
        self.place[arc] = Some(place);
        self.tight[place] = arc;
        prices
    }

    /// The sum of the rows of those cycles that lead over the arc.
    fn through(&self, arc: usize) -> Vec<f64> {
        let mut sum = vec![0.0; self.tight.len()];
        for (&cycle, row) in self.basis.iter().zip(&self.inverse) {
            if self.cycles[cycle].contains(&arc) {
                sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
        }
        sum
    }

    /// Values and prices of the basis.
    fn refresh(&mut self) {
        let costs: Vec<_> = self.tight.iter().map(|&arc| self.costs[arc]).collect();
        let mut prices = vec![0.0; costs.len()];
        self.left.copy_from_slice(&self.costs);
        self.values.clear();
        for (row, &cycle) in self.inverse.iter().zip(&self.basis) {
            subtract(&mut prices, row, -1.0);
            let sum: f64 = row.iter().zip(&costs).map(|(value, cost)| value * cost).sum();
            self.cycles[cycle].iter().for_each(|&arc| self.left[arc] -= sum);
            self.values.push(sum);
        }
        self.prices.fill(0.0);
        self.tight.iter().zip(prices).for_each(|(&arc, price)| self.prices[arc] = price);
    }
}

fn subtract(from: &mut [f64], row: &[f64], factor: f64) {
    if factor != 0.0 {
        from.iter_mut().zip(row).for_each(|(value, other)| *value -= factor * other);
    }
}
