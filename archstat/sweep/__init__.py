"""Many cases: a plan, engines that run them, and a store of what came of them."""
