using System.Collections.Immutable;

namespace Cim.Compiler.Import.Rewrites.Recurrent;

/// <summary>
/// GRU, gates z, r, h: z and r = f(X Wᵀ + H Rᵀ + b), candidate g(X Wᵀ + (r ∘ H) Rᵀ + b), or g(X Wᵀ + r ∘ (H Rᵀ + b)) with
/// linear_before_reset; H = (1 - z) ∘ candidate + z ∘ H.
/// </summary>
internal sealed class RewriteGru : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["GRU"];

    public void Rewrite(RewriteContext context)
    {
        var layer = new RecurrentLayer(context, gates: 3);
        bool resetAfter = context.Attributes.Int("linear_before_reset", 0) != 0;
        var functions = GateActivation.Read(context, ["Sigmoid", "Tanh"], layer.Directions);
        ImmutableArray<RecurrentDirection> directions = [.. Enumerable.Range(0, layer.Directions)
            .Select(d => Direction(layer, d, [.. functions.Slice(2 * d, 2)], resetAfter))];
        if (resetAfter)
        {
            RecurrentOutputs.Write(directions, [5], ResetAfter);
            return;
        }

        // The candidate's product begins when the reset gate is known: a matrix of its own.
        ImmutableArray<(string Gates, string Candidate)> matrices = [.. directions.Select(d =>
        {
            ImmutableArray<string> parts = context.Split(d.Recurrence, 0, [2 * layer.Hidden, layer.Hidden]);
            return (parts[0], parts[1]);
        })];
        RecurrentOutputs.Write(directions, [5], (d, time, states) => ResetBefore(d, time, states[0], matrices[d.Index]));
    }

    /// <summary>Where the reset gate multiplies the product, the candidate's recurrent bias is inside.</summary>
    private static RecurrentDirection Direction(RecurrentLayer layer, int d, ImmutableArray<GateActivation> functions, bool resetAfter)
    {
        RewriteContext c = layer.Context;
        (string ofInput, string ofState) = layer.Bias(d);
        string bias = ofInput.Length == 0 ? "" : c.Add(ofInput, ofState), inside = "";
        if (ofInput.Length > 0 && resetAfter)
        {
            int gates = 2 * layer.Hidden;
            bias = c.Concat(0, c.Slice(bias, 0, 0, gates), c.Slice(ofInput, 0, gates, gates + layer.Hidden));
            string zeros = c.Mul(c.Slice(ofState, 0, 0, gates), 0);
            inside = c.Concat(0, zeros, c.Slice(ofState, 0, gates, gates + layer.Hidden));
        }

        return new RecurrentDirection(layer, d, functions)
        {
            Projected = layer.Project(d, bias), Recurrence = layer.Part(2, d), RecurrentBias = inside,
        };
    }

    private static ImmutableArray<string> ResetBefore(
        RecurrentDirection d, int time, string state, (string Gates, string Candidate) matrices)
    {
        RewriteContext c = d.Context;
        ImmutableArray<string> input = c.Split(d.At(time), 1, [2 * d.Layer.Hidden, d.Layer.Hidden]);
        ImmutableArray<string> gates = d.Parts(d.Activate(0, d.Sum(d.Product(state, matrices.Gates), input[0])), 2);
        string reset = state.Length == 0 ? "" : c.Mul(gates[1], state);
        string candidate = d.Activate(1, d.Sum(d.Product(reset, matrices.Candidate), input[1]));
        return [Blend(d, gates[0], candidate, state)];
    }

    private static ImmutableArray<string> ResetAfter(RecurrentDirection d, int time, ImmutableArray<string> states)
    {
        RewriteContext c = d.Context;
        ImmutableArray<string> input = d.Parts(d.At(time), 3);
        string product = d.Product(states[0], d.Recurrence, d.RecurrentBias);
        ImmutableArray<string> recurrent = product.Length == 0
            ? ["", "", d.RecurrentBias.Length == 0 ? "" : c.Slice(d.RecurrentBias, 0, 2 * d.Layer.Hidden, 3 * d.Layer.Hidden)]
            : d.Parts(product, 3);
        string update = d.Activate(0, d.Sum(recurrent[0], input[0])), reset = d.Activate(0, d.Sum(recurrent[1], input[1]));
        string inside = recurrent[2].Length == 0 ? "" : c.Mul(reset, recurrent[2]);
        return [Blend(d, update, d.Activate(1, d.Sum(inside, input[2])), states[0])];
    }

    private static string Blend(RecurrentDirection d, string update, string candidate, string state)
    {
        RewriteContext c = d.Context;
        string fresh = c.Mul(c.Sub(c.Scalar(1f), update), candidate);
        return state.Length == 0 ? fresh : c.Add(fresh, c.Mul(update, state));
    }
}
