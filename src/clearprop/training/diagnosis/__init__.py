"""Why a network does not learn: before training `learnability`, after it `outcome` and `causes`, all in `findings`."""
