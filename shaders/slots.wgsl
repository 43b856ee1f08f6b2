// The lowest free slot (engine: slots.rs): a bit a slot, and in `s.free_words` a bit for each word that has one.

// NONE: all slots are taken.
fn lowest_free() -> u32 {
    if s.free_words == 0u {
        return NONE;
    }
    let word = firstTrailingBit(s.free_words);
    return word * 32u + firstTrailingBit(memory[at(params.free + word)]);
}

fn take_slot(slot: u32) {
    let word = slot >> 5u;
    let i = at(params.free + word);
    let bits = memory[i] & ~(1u << (slot & 31u));
    memory[i] = bits;
    if bits == 0u {
        s.free_words &= ~(1u << word);
    }
}

fn free_slot(slot: u32) {
    let word = slot >> 5u;
    let i = at(params.free + word);
    memory[i] = memory[i] | (1u << (slot & 31u));
    s.free_words |= 1u << word;
}
