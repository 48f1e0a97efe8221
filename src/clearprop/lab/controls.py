"""Every control of the page by name, with what it is called and a sentence for someone who sees it for the first time.

A lesson or a link may hide controls by these names.
"""

from clearprop.lab.protocol import Entry

_CONTROLS: tuple[tuple[str, str, str], ...] = (
    # Transport
    ("play", "Play", "Let the network learn, and press again to pause: pass by pass the loss falls."),
    ("back", "Step back", "Undo the last step exactly: all weights are again what they were before it."),
    ("forward", "Step forward", "Go on by one step of the chosen grain and watch which numbers change."),
    ("reset", "Start again", "Go back to the very first weights, before anything was learned."),
    ("speed", "Speed", "How much training is done between two pictures; slow it down to see single steps."),
    ("grain", "Grain", "How far one step goes: one operation, one layer, one row, one batch or one whole epoch."),
    ("loss_curve", "Loss curve", "How wrong the network was after each epoch; drag along it to go back to any moment."),
    # Network
    ("layers", "Hidden layers", "How many layers stand between inputs and outputs; none makes a perceptron."),
    ("units", "Neurons", "How many neurons the layer has: more of them can bend the boundary in more places."),
    ("activation", "Activation", "The curve through which each neuron of the layer sends its sum; without a curve, "
     "layers add nothing."),
    ("output_activation", "Output activation", "The last curve, which turns sums into answers: a probability, or any "
     "number."),
    ("dropout", "Dropout", "The share of the layer's neurons left out at random in each batch, so that none is relied "
     "upon alone."),
    ("initializer", "First weights", "The rule by which the first weights are drawn; too large or all alike, and "
     "learning stalls."),
    ("seed", "Seed", "The number that random draws begin from: the same seed gives the same network again."),
    ("dtype", "Precision", "How many digits every number keeps: about 16 with float64, about 7 with float32."),
    # Training
    ("loss", "Loss", "How wrongness is measured; training makes this one number small."),
    ("optimizer", "Optimiser", "The rule that turns gradients into changes of the weights."),
    ("learning_rate", "Learning rate", "How long the steps are: too small and nothing happens, too great and the loss "
     "jumps about."),
    ("schedule", "Schedule", "How the learning rate changes as training goes on."),
    ("batch_size", "Batch size", "How many rows are looked at before each change of the weights; 0 takes all of them."),
    ("epochs", "Epochs", "After how many passes over the rows training ends by itself."),
    ("l1", "L1", "A charge on the size of each weight, which drives those that matter little to exactly 0."),
    ("l2", "L2", "A charge on the square of each weight, which keeps them small and the boundary smooth."),
    ("clip_norm", "Clip gradients", "The greatest length of a gradient; longer ones are shortened. 0 leaves all."),
    ("shuffle", "Shuffle", "Whether the rows come in a new order in each epoch."),
    # Data
    ("dataset", "Data set", "The points to learn from: ready-made ones, a curve, your own table, or drawn by hand."),
    ("rows", "Rows", "How many points there are."),
    ("noise", "Noise", "How far the points are shaken from where the rule puts them."),
    ("held_out", "Held out", "The share of rows that is never trained on, to see whether what was learned holds for "
     "new ones."),
    ("features", "Inputs", "What the network is told of each point: its coordinates, or powers, products and sines of "
     "them."),
    ("standardized", "Standardise", "Shift and scale every input to mean 0 and deviation 1: learning is easier then."),
    ("formula", "Formula", "A function of x, such as sin(3*x)/2, that makes the data: the curve itself, or the border "
     "between two classes."),
    ("draw_points", "Draw points", "Click into the plane to set points of the chosen class."),
    ("table", "Own table", "Paste or upload rows of numbers with commas, semicolons or tabs between them."),
    ("target", "Target", "The column of your table that is to be foretold."),
    ("task", "Task", "Whether the answer is one of some classes or any number."),
    ("axes", "Axes", "Which two columns span the plane that is drawn; the others stay at the chosen row's values."),
    # Looking
    ("stage", "Network", "The network itself: every neuron and every weight can be clicked and explained."),
    ("plane", "Boundary", "What the network answers at each place of the plane; the point that you click runs through "
     "the network."),
    ("show_test_data", "Show held-out rows", "Draw the rows that are not trained on too, as hollow points."),
    ("discretize", "Discretise", "Show only which class is chosen, not how sure the network is."),
    ("edge_colour", "Lines show", "What the width and colour of the lines mean: the weight, its gradient, or its last "
     "change."),
    # Understanding
    ("derivation", "Why?", "How the chosen number comes about: the formula, the numbers in it, and the result."),
    ("scope", "This row or batch", "Whether to derive the number for the row that is looked at or for the whole batch "
     "that comes next."),
    ("digits", "Digits", "How many digits the numbers in formulas have."),
    ("check", "Is it true?", "The same slope measured: nudge the number a little, see how the loss changes, compare."),
    ("edit_numbers", "Change a number", "Type another weight, input or target, and everything follows at once."),
    ("doctor", "Doctor", "What keeps the network from learning, by which signs it shows, and what to do."),
    ("surface", "Loss surface", "The loss as a landscape over two weights, and the way that training took across it."),
    ("race", "Race", "Several optimisers side by side, on the same rows, from the same start: the first weights, or "
     "where you last changed a number."),
    # Keeping and teaching
    ("take_away", "Take away", "This very state as a Python program, LaTeX, a picture, a link or a replay."),
    ("lessons", "Lessons", "Short walks through one idea each, with a question at every stop."),
    ("tour", "Tour", "A minute's walk around this page."),
    ("teacher", "For teachers", "Choose what a link shows and hides, and hand out the link."),
    ("projector", "Projector", "Large letters and few controls, to be read from the last row."),
    ("theme", "Light or dark", "Dark letters on light, or light letters on dark."),
    ("help", "Help", "What everything on this page means and which keys do what."),
)  # fmt: skip

CONTROLS = [Entry(name=name, title=title, help=help) for name, title, help in _CONTROLS]
