//! The answer: which configuration is best, and what is known of the difference to others.
