using System.Collections.Immutable;

namespace Cim.Compiler.Import.Rewrites.Recurrent;

/// <summary>Runs the steps of all directions and puts their states together as the outputs Y, Y_h and Y_c.</summary>
internal static class RecurrentOutputs
{
    /// <summary>Writes the states after a step; the state that a step begins with is empty where it is zero.</summary>
    public delegate ImmutableArray<string> Cell(RecurrentDirection direction, int time, ImmutableArray<string> states);

    /// <param name="directions">All directions.</param>
    /// <param name="initial">The inputs that hold the initial states, Y's first.</param>
    /// <param name="cell">One step.</param>
    public static void Write(ImmutableArray<RecurrentDirection> directions, ImmutableArray<int> initial, Cell cell)
    {
        RecurrentLayer layer = directions[0].Layer;
        RewriteContext c = layer.Context;
        var all = new List<string>();
        var last = initial.Select(_ => new List<string>()).ToArray();
        foreach (RecurrentDirection direction in directions)
        {
            ImmutableArray<string> states = [.. initial.Select(i => layer.Initial(i, direction.Index))];
            string[] outputs = new string[layer.Time];
            foreach (int time in layer.Steps(direction.Index))
            {
                ImmutableArray<string> next = cell(direction, time, states);
                (states, outputs[time]) = layer.Mask(time) is { } mask ? Masked(c, mask, states, next) : (next, next[0]);
            }

            for (int s = 0; s < last.Length; s++) last[s].Add(states[s]);
            if (c.IsRead(0)) all.Add(c.Reshape(c.Concat(1, outputs), [Dim(layer.Batch), layer.Time, 1, layer.Hidden]));
        }

        // [batch, time, directions, hidden]
        if (c.IsRead(0))
        {
            string y = c.Concat(2, [.. all]);
            c.Return(layer.BatchFirst ? y : c.Transpose(y, 1, 2, 0, 3));
        }

        for (int s = 0; s < last.Length; s++)
            if (c.IsRead(s + 1)) c.Return(c.Concat(layer.BatchFirst ? 1 : 0,
                [.. last[s].Select(v => c.Unsqueeze(v, layer.BatchFirst ? 1 : 0))]), s + 1);
    }

    /// <summary>Sequences that have ended keep their state, and their output is zero.</summary>
    private static (ImmutableArray<string> States, string Output) Masked(
        RewriteContext c, string mask, ImmutableArray<string> states, ImmutableArray<string> next)
    {
        string zero = c.Scalar(0f);
        string output = c.Op("Where", [mask, next[0], zero]);
        return ([.. next.Select((n, s) => c.Op("Where", [mask, n, states[s].Length == 0 ? zero : states[s]]))], output);
    }

    private static int Dim(int batch) => batch < 0 ? -1 : batch;
}
