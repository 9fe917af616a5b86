"""What Forthwith costs, as ratios to a floor measured in the same run. Never installed with the product."""
