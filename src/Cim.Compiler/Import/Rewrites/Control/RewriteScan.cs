using System.Collections.Immutable;
using System.Globalization;

namespace Cim.Compiler.Import.Rewrites.Control;

/// <summary>Scan of opset 9 and later over axes of a fixed size: its body, written once a step.</summary>
internal sealed class RewriteScan : IOperatorRewrite
{
    /// <summary>More steps would be more nodes than a compiled model is meant for.</summary>
    private const int MaxSteps = 4096;

    public IReadOnlyList<string> Operators { get; } = ["Scan"];

    public void Rewrite(RewriteContext context)
    {
        if (context.Opset < 9) throw context.Unsupported("the scan of opset 8 is not supported");
        if (context.Attributes.Values.GetValueOrDefault("body") is not Subgraph body) throw context.Error("it has no body");
        int scanned = checked((int)context.Attributes.Int("num_scan_inputs", 0)), states = context.Node.Inputs.Length - scanned;
        if (scanned < 1 || states < 0) throw context.Error($"num_scan_inputs is {scanned}");
        string[] state = [.. context.Node.Inputs.Take(states)], inputs = [.. context.Node.Inputs.Skip(states)];
        int[] axes = [.. inputs.Select((x, i) => context.Axis(At(context, "scan_input_axes", i), context.ShapeOf(x).Rank))];
        int steps = context.ShapeOf(inputs[0])[axes[0]];
        if (steps is < 1 or > MaxSteps) throw context.Unsupported($"{steps} steps are not supported; 1 to {MaxSteps} are");
        var collected = new List<string>[Math.Max(0, body.Graph.Output.Count - states)];
        for (int i = 0; i < collected.Length; i++) collected[i] = [];
        for (int step = 0; step < steps; step++)
        {
            string[] parts = new string[scanned];
            for (int i = 0; i < scanned; i++)
            {
                int at = At(context, "scan_input_directions", i) != 0 ? steps - 1 - step : step;
                parts[i] = context.Squeeze(context.Slice(inputs[i], axes[i], at, at + 1), axes[i]);
            }

            ImmutableArray<string> results = SubgraphWriter.Inline(context, body, [.. state, .. parts],
                string.Create(CultureInfo.InvariantCulture, $"{context.Node.Name}_{step}"));
            if (results.Length < states) throw context.Error("its body has too few outputs");
            state = [.. results.Take(states)];
            for (int i = 0; i < collected.Length; i++)
            {
                int axis = OutputAxis(context, i, results[states + i]);
                string part = context.Unsqueeze(results[states + i], axis);
                collected[i].Insert(At(context, "scan_output_directions", i) != 0 ? 0 : collected[i].Count, part);
            }
        }

        for (int i = 0; i < collected.Length; i++)
            context.Return(context.Concat(context.Axis(At(context, "scan_output_axes", i), context.ShapeOf(collected[i][0]).Rank),
                [.. collected[i]]), states + i);
        for (int i = 0; i < states; i++) context.Return(state[i], i);
    }

    private static int OutputAxis(RewriteContext context, int output, string value) =>
        context.Axis(At(context, "scan_output_axes", output), context.ShapeOf(value).Rank + 1);

    private static long At(RewriteContext context, string list, int index) =>
        context.Attributes.Ints(list) is { IsDefaultOrEmpty: false } values && index < values.Length ? values[index] : 0;
}
