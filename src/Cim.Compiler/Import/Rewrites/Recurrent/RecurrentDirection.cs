using System.Collections.Immutable;

namespace Cim.Compiler.Import.Rewrites.Recurrent;

/// <summary>What a cell needs to write the steps of one direction.</summary>
/// <param name="Layer">The node.</param>
/// <param name="Index">0, or 1 for the second of a bidirectional node.</param>
/// <param name="Activations">Of this direction.</param>
internal sealed record RecurrentDirection(RecurrentLayer Layer, int Index, ImmutableArray<GateActivation> Activations)
{
    public RewriteContext Context => Layer.Context;

    /// <summary>What the input contributes to each step, [batch, time, gates * hidden]: one product for all of them.</summary>
    public required string Projected { get; init; }

    /// <summary>The recurrent matrix, [gates * hidden, hidden].</summary>
    public required string Recurrence { get; init; }

    /// <summary>Its bias [gates * hidden], where it is not part of <see cref="Projected"/>; else empty.</summary>
    public string RecurrentBias { get; init; } = "";

    /// <summary>The input's part of one step, [batch, gates * hidden].</summary>
    public string At(int time) => Context.Gather(Projected, 1, time);

    /// <summary>The state times a recurrent matrix, or empty for a state of zeros.</summary>
    public string Product(string state, string matrix, string bias = "") => state.Length == 0 ? ""
        : Context.Op("Gemm", bias.Length > 0 ? [state, matrix, bias] : [state, matrix], RecurrentLayer.Transposed);

    /// <summary>The sum of two values of which one may be zero (empty).</summary>
    public string Sum(string a, string b) => a.Length == 0 ? b : b.Length == 0 ? a : Context.Add(a, b);

    /// <summary>Parts of <c>hidden</c> columns of [batch, parts * hidden].</summary>
    public ImmutableArray<string> Parts(string gates, int count) => Context.Split(gates, 1, [.. Enumerable.Repeat(Layer.Hidden, count)]);

    /// <summary>An activation of what may be clipped before.</summary>
    public string Activate(int function, string x) => Activations[function].Apply(Context, Layer.Clipped(x));
}
