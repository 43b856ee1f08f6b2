// Sets of slots, and the lowest free one (engine: slots.rs): a bit a slot in memory, and in a word of the state a bit for
// each word of the set that has one.

// The lowest and the highest slot of a set that is not empty; `words` says which words have one.
fn lowest_slot(slots: u32, words: u32) -> u32 {
    let word = firstTrailingBit(words);
    return word * 32u + firstTrailingBit(load(slots + word));
}

fn highest_slot(slots: u32, words: u32) -> u32 {
    let word = firstLeadingBit(words);
    return word * 32u + firstLeadingBit(load(slots + word));
}

// Adds a slot to a set, or takes it out; both return which words have one now.
fn add_slot(slots: u32, words: u32, slot: u32) -> u32 {
    let word = slot >> 5u;
    let i = slots + word;
    store(i, load(i) | (1u << (slot & 31u)));
    return words | (1u << word);
}

fn remove_slot(slots: u32, words: u32, slot: u32) -> u32 {
    let word = slot >> 5u;
    let i = slots + word;
    let bits = load(i) & ~(1u << (slot & 31u));
    store(i, bits);
    return select(words, words & ~(1u << word), bits == 0u);
}

// The lowest free slot; NONE: all are taken.
fn lowest_free() -> u32 {
    if s.free_words == 0u {
        return NONE;
    }
    return lowest_slot(params.free, s.free_words);
}

fn take_slot(slot: u32) {
    s.free_words = remove_slot(params.free, s.free_words, slot);
}

fn free_slot(slot: u32) {
    s.free_words = add_slot(params.free, s.free_words, slot);
}
