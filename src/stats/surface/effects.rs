//! Which factors matter: main effects and interactions, as shares of the variance over the points.
