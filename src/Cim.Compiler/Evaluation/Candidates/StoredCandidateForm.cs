using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cim.Compiler.Quantization;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Evaluation.Candidates;

/// <summary>What such a file holds.</summary>
/// <param name="Weights">Weights of layers, by the layer's index.</param>
/// <param name="Activations">Quantizers of activation groups.</param>
/// <param name="Magnitudes">The largest magnitude of each group.</param>
/// <param name="Reference">The float network's outputs of the validation samples.</param>
internal sealed record QuantizedWidths(
    IReadOnlyList<(int Layer, LayerWeights Weights)> Weights, StoredQuantizer[] Activations, double[] Magnitudes, float[] Reference);

/// <summary>The first part of the file.</summary>
/// <param name="Key">All that the numbers depend on.</param>
/// <param name="Outputs">Numbers the float network gives for the validation samples.</param>
/// <param name="Magnitudes">The largest magnitude of each activation group.</param>
/// <param name="Weights">What follows, in order.</param>
/// <param name="Activations">Quantizers.</param>
internal sealed record CandidateHeader(
    string Key, int Outputs, double[] Magnitudes, StoredWeights[] Weights, StoredQuantizer[] Activations);

/// <summary>The weights of a layer at a width: integers, scales, biases.</summary>
/// <param name="Layer">The layer's index.</param>
/// <param name="Name">Its name.</param>
/// <param name="Bits">The width.</param>
/// <param name="Count">Integers.</param>
/// <param name="Scales">Scales.</param>
/// <param name="Biases">Biases.</param>
internal sealed record StoredWeights(int Layer, string Name, int Bits, int Count, int Scales, int Biases)
{
    /// <summary>Bytes.</summary>
    [JsonIgnore]
    public int Size => checked(Count + ((Scales + Biases) * sizeof(float)));

    /// <summary>The form of some weights.</summary>
    public static StoredWeights Of(int layer, LayerWeights weights) =>
        new(layer, weights.Layer, weights.Bits, weights.Integers.Length, weights.Scales.Length, weights.Bias.Length);
}

/// <summary>The quantizer of an activation group at a width.</summary>
/// <param name="Group">The group.</param>
/// <param name="Bits">The width that was asked for.</param>
/// <param name="Scale">See <see cref="QuantizationParameters"/>.</param>
/// <param name="ZeroPoint">See <see cref="QuantizationParameters"/>.</param>
/// <param name="Width">Bits of the integers.</param>
/// <param name="IsSigned">See <see cref="QuantizationParameters"/>.</param>
internal sealed record StoredQuantizer(int Group, int Bits, float Scale, int ZeroPoint, int Width, bool IsSigned)
{
    /// <summary>The form of a quantizer.</summary>
    public static StoredQuantizer Of(int group, int bits, QuantizationParameters p) =>
        new(group, bits, p.Scale, p.ZeroPoint, p.Bits, p.Signed);
}

/// <summary>The JSON form of the first part.</summary>
[JsonSerializable(typeof(CandidateHeader))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class CandidateJson : JsonSerializerContext
{
    /// <summary>Names of layers stay readable.</summary>
    public static CandidateJson Relaxed => Context.Relaxed;

    // Its own class, because the order of static initialisers across the generated half of this one is not defined.
    private static class Context
    {
        public static CandidateJson Relaxed { get; } = new(
            new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
