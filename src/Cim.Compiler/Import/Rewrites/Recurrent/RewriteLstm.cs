using System.Collections.Immutable;

namespace Cim.Compiler.Import.Rewrites.Recurrent;

/// <summary>
/// LSTM, gates i, o, f, c: gate = f(X Wᵀ + H Rᵀ + p ∘ C + b), candidate g(X Wᵀ + H Rᵀ + b), C = f ∘ C + i ∘ candidate, H = o ∘ h(C). The
/// output gate looks at the new C through its peephole; with input_forget, f = 1 - i.
/// </summary>
internal sealed class RewriteLstm : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["LSTM"];

    public void Rewrite(RewriteContext context)
    {
        var layer = new RecurrentLayer(context, gates: 4);
        bool coupled = context.Attributes.Int("input_forget", 0) != 0;
        var functions = GateActivation.Read(context, ["Sigmoid", "Tanh", "Tanh"], layer.Directions);
        ImmutableArray<ImmutableArray<string>> peepholes = [
            .. Enumerable.Range(0, layer.Directions).Select(d => layer.Part(7, d)).Select(p =>
            p.Length == 0 ? ["", "", ""] : context.Split(p, 0, [layer.Hidden, layer.Hidden, layer.Hidden]))];
        RecurrentOutputs.Write([.. Enumerable.Range(0, layer.Directions).Select(d =>
        {
            (string ofInput, string ofState) = layer.Bias(d);
            return new RecurrentDirection(layer, d, [.. functions.Slice(3 * d, 3)])
            {
                Projected = layer.Project(d, ofInput.Length > 0 ? context.Add(ofInput, ofState) : ""), Recurrence = layer.Part(2, d),
            };
        })], [5, 6], (d, time, states) => Step(d, time, states, peepholes[d.Index], coupled));
    }

    private static ImmutableArray<string> Step(
        RecurrentDirection d, int time, ImmutableArray<string> states, ImmutableArray<string> peepholes, bool coupled)
    {
        RewriteContext c = d.Context;
        string cell = states[1];
        string Through(string peephole, string value) => peephole.Length == 0 || value.Length == 0 ? "" : c.Mul(peephole, value);
        ImmutableArray<string> gates = d.Parts(d.Sum(d.Product(states[0], d.Recurrence), d.At(time)), 4);
        string input = d.Activate(0, d.Sum(gates[0], Through(peepholes[0], cell)));
        string fresh = c.Mul(input, d.Activate(1, gates[3]));
        if (cell.Length > 0)
        {
            string forget = coupled ? c.Sub(c.Scalar(1f), input) : d.Activate(0, d.Sum(gates[2], Through(peepholes[2], cell)));
            fresh = c.Add(c.Mul(forget, cell), fresh);
        }

        string output = d.Activate(0, d.Sum(gates[1], Through(peepholes[1], fresh)));
        return [c.Mul(output, d.Activations[2].Apply(c, fresh)), fresh]; // the cell is not clipped, as in ONNX Runtime
    }
}
