namespace Cim.Compiler.Import.Rewrites.Recurrent;

/// <summary>RNN: H = f(X Wᵀ + H Rᵀ + b), the input's product for all steps at once and a recurrent product for each.</summary>
internal sealed class RewriteRnn : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["RNN"];

    public void Rewrite(RewriteContext context)
    {
        var layer = new RecurrentLayer(context, gates: 1);
        var functions = GateActivation.Read(context, ["Tanh"], layer.Directions);
        RecurrentOutputs.Write([.. Enumerable.Range(0, layer.Directions).Select(d =>
        {
            (string ofInput, string ofState) = layer.Bias(d);
            return new RecurrentDirection(layer, d, [functions[d]])
            {
                Projected = layer.Project(d, ofInput.Length > 0 ? context.Add(ofInput, ofState) : ""), Recurrence = layer.Part(2, d),
            };
        })], [5], (d, time, states) => [d.Activate(0, d.Sum(d.Product(states[0], d.Recurrence), d.At(time)))]);
    }
}
