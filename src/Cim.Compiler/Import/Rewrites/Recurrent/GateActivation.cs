using System.Collections.Immutable;
using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Recurrent;

/// <summary>An activation function of a recurrent operator, with the parameters it takes.</summary>
/// <param name="Name">As ONNX writes it.</param>
/// <param name="Alpha">First parameter.</param>
/// <param name="Beta">Second parameter.</param>
internal sealed record GateActivation(string Name, float Alpha, float Beta)
{
    /// <summary>The functions a node names, or the defaults of its operator; parameters are handed out in order to those that take
    /// them.</summary>
    /// <param name="context">The node.</param>
    /// <param name="defaults">For one direction.</param>
    /// <param name="directions">How many directions have functions.</param>
    public static ImmutableArray<GateActivation> Read(RewriteContext context, ReadOnlySpan<string> defaults, int directions)
    {
        ImmutableArray<string> names = context.Attributes.Strings("activations");
        if (names.IsDefaultOrEmpty) names = [.. Enumerable.Repeat(defaults.ToArray(), directions).SelectMany(d => d)];
        if (names.Length != defaults.Length * directions)
            throw context.Error($"activations has {names.Length} entries, {defaults.Length * directions} are needed");
        var alphas = new Queue<float>(context.Attributes.Floats("activation_alpha") is { IsDefault: false } a ? a : []);
        var betas = new Queue<float>(context.Attributes.Floats("activation_beta") is { IsDefault: false } b ? b : []);
        return [.. names.Select(n => Read(context, n, alphas, betas))];
    }

    /// <summary>Writes the function.</summary>
    public string Apply(RewriteContext context, string x) => Name switch
    {
        "Affine" => context.Add(context.Mul(x, Alpha), Beta),
        "ScaledTanh" => context.Mul(context.Op("Tanh", [context.Mul(x, Beta)]), Alpha),
        "HardSigmoid" => context.Op(Name, [x], AttributeMap.Empty.With("alpha", Alpha).With("beta", Beta)),
        "Elu" or "LeakyRelu" or "ThresholdedRelu" => context.Op(Name, [x], AttributeMap.Empty.With("alpha", Alpha)),
        _ => context.Op(Name, [x]),
    };

    private static GateActivation Read(RewriteContext context, string name, Queue<float> alphas, Queue<float> betas)
    {
        string known = _known.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw context.Unsupported($"the activation '{name}' is not known ({string.Join(", ", _known)} are)");
        (float? alpha, float? beta) = known switch
        {
            "Affine" => (1f, 0f),
            "ScaledTanh" => (float.NaN, float.NaN), // ONNX defines no default
            "HardSigmoid" => (0.2f, 0.5f),
            "LeakyRelu" => (0.01f, null),
            "Elu" or "ThresholdedRelu" => (1f, null),
            _ => ((float?)null, (float?)null),
        };
        float first = alpha is null ? 0 : alphas.TryDequeue(out float a) ? a : alpha.Value;
        float second = beta is null ? 0 : betas.TryDequeue(out float b) ? b : beta.Value;
        return float.IsNaN(first + second)
            ? throw context.Unsupported(
                $"the activation '{known}' has no default parameters; activation_alpha and activation_beta must say them")
            : new GateActivation(known, first, second);
    }

    private static readonly string[] _known =
        ["Affine", "Elu", "HardSigmoid", "LeakyRelu", "Relu", "ScaledTanh", "Sigmoid", "Softplus", "Softsign", "Tanh", "ThresholdedRelu"];
}
