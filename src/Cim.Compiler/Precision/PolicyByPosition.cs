using System.Collections.Immutable;
using System.Text.Json;
using Cim.Compiler.Data;
using Cim.Runtime;

namespace Cim.Compiler.Precision;

/// <summary>
/// A policy as publications print it, without names of layers: a pair [weight bits, activation bits] for each layer, in the network's
/// order.
/// </summary>
/// <param name="Name">What the file calls it; empty for a policy alone.</param>
/// <param name="Bits">The pairs.</param>
internal sealed record PolicyByPosition(string Name, ImmutableArray<(int WeightBits, int ActivationBits)> Bits)
{
    private const string CommentKey = "_meta", ListKey = "policies";

    /// <summary>Reads a file of named policies: an object <c>policies</c> of name and pairs, with <c>_meta</c> for remarks.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CimException">CIM0001, CIM0011: unreadable, or no such policies.</exception>
    public static ImmutableArray<PolicyByPosition> LoadAll(string path) =>
        StrictJson.Read(path, ErrorCodes.InvalidPolicy, "The file of policies", root =>
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(ListKey, out JsonElement list)
                || list.ValueKind != JsonValueKind.Object)
                throw Invalid(
                    path, "The file must be an object with an object 'policies': by name a list of [weight bits, activation bits].");
            StrictJson.RequireKnown(root, "The file of policies", [CommentKey, ListKey], m => Invalid(path, m));
            return list.EnumerateObject().Select(policy => Read(policy.Name, policy.Value, path)).ToImmutableArray();
        });

    /// <summary>Whether a list is one of pairs.</summary>
    public static bool IsOne(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.Array;

    /// <summary>Reads a list of pairs.</summary>
    /// <param name="name">What the file calls it.</param>
    /// <param name="list">The list.</param>
    /// <param name="path">The file it is from, for messages.</param>
    /// <exception cref="CimException">CIM0011: it is no list of pairs of bits.</exception>
    public static PolicyByPosition Read(string name, JsonElement list, string path)
    {
        string which = name.Length == 0 ? "the policy" : $"the policy '{name}'";
        if (!IsOne(list)) throw Invalid(path, $"In the file, {which} must be a list of [weight bits, activation bits], one a layer.");
        var bits = ImmutableArray.CreateBuilder<(int, int)>();
        foreach (JsonElement pair in list.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2
                || !IsWithin(pair[0], QuantizationPolicy.MinWeightBits, out int weights)
                || !IsWithin(pair[1], QuantizationPolicy.MinBits, out int activations))
                throw Invalid(path, $"Layer {bits.Count + 1} of {which} is {pair}; it must be [weight bits, activation bits], "
                    + $"{QuantizationPolicy.MinWeightBits} to {QuantizationPolicy.MaxBits} and {QuantizationPolicy.MinBits} to "
                    + $"{QuantizationPolicy.MaxBits}.");
            bits.Add((weights, activations));
        }

        return new PolicyByPosition(name, bits.ToImmutable());
    }

    /// <summary>The policy for layers of a network; null if they are not as many.</summary>
    /// <param name="layers">The layers in the network's order, and what the pairs do not say.</param>
    public QuantizationPolicy? For(QuantizationPolicy layers) => layers.Layers.Length != Bits.Length ? null : new QuantizationPolicy(
        [.. layers.Layers.Zip(Bits, (layer, bits) => layer with { WeightBits = bits.WeightBits, ActivationBits = bits.ActivationBits })]);

    private static bool IsWithin(JsonElement value, int least, out int bits)
    {
        bits = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out bits)
            && bits >= least && bits <= QuantizationPolicy.MaxBits;
    }

    private static CimException Invalid(string path, string message) => new(ErrorCodes.InvalidPolicy, message) { File = path };
}
