"""Policy plans with their goals and actions, and the decisions that bodies took."""
