//! Reproducible mutations of a corpus, for smoke tests. libFuzzer is for finding new inputs.

/// An endless iterator over mutated inputs.
pub struct Mutations<'a> {
    corpus: &'a [Vec<u8>],
    state: u64,
}

impl<'a> Mutations<'a> {
    /// Mutations of a corpus, which must not be empty. The same seed gives the same inputs.
    pub fn of(corpus: &'a [Vec<u8>], seed: u64) -> Self {
        Self {
            corpus,
            state: seed,
        }
    }

    /// SplitMix64.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.random() % end).unwrap_or(0)
    }

    fn mutate(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len());
        match self.below(6) {
            0 => input.truncate(at),
            1 => {
                let other = self.below(self.corpus.len());
                let other = &self.corpus[other];
                let from = self.below(other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            2 => {
                let (end, times) = (at + self.below(8), self.below(4));
                let piece = input.get(at..end).unwrap_or_default().repeat(times);
                input.splice(at..at, piece);
            }
            3 if !input.is_empty() => drop(input.remove(at)),
            4 if !input.is_empty() => input[at] ^= 1 << self.below(8),
            _ => {
                let byte = self.random().to_le_bytes()[0];
                input.insert(at, byte);
            }
        }
    }
}

impl Iterator for Mutations<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let at = self.below(self.corpus.len());
        let mut input = self.corpus.get(at)?.clone();
        for _ in 0..=self.below(4) {
            self.mutate(&mut input);
        }
        Some(input)
    }
}
