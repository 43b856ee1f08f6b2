//! Reading and judging objectives.
