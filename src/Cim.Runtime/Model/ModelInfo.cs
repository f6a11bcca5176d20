using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Cim.Runtime.Tensors;

namespace Cim.Runtime;

/// <summary>What was compiled, for what hardware, and what it costs. Read from a <c>.cim</c> without its weights.</summary>
public sealed partial record ModelInfo
{
    /// <summary>The name of the network.</summary>
    public required string Name { get; init; }

    /// <summary>The name of the hardware profile compiled for.</summary>
    public required string Hardware { get; init; }

    /// <summary>The inputs in order.</summary>
    public required ImmutableArray<TensorDescription> Inputs { get; init; }

    /// <summary>The outputs in order.</summary>
    public required ImmutableArray<TensorDescription> Outputs { get; init; }

    /// <summary>The cost of one inference, in all and by layer, with the bits of every layer.</summary>
    public required Cost Cost { get; init; }

    /// <summary>The cost of the same network with 8-bit weights and activations everywhere on the same hardware.</summary>
    public required Cost Baseline { get; init; }

    /// <summary>Accuracy of the float network as a fraction; null if it was compiled without labelled data.</summary>
    public double? AccuracyFloat { get; init; }

    /// <summary>Accuracy of the compiled network at <see cref="AccuracyFidelity"/> as a fraction; null if it was compiled without labelled
    /// data.</summary>
    public double? AccuracyCompiled { get; init; }

    /// <summary>The fidelity of <see cref="AccuracyCompiled"/>: what the model was compiled to be used at.</summary>
    public Fidelity AccuracyFidelity { get; init; }

    /// <summary>The seed it was compiled with.</summary>
    public ulong Seed { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the ONNX file.</summary>
    public string ModelSha256 { get; init; } = "";

    /// <summary>Lower-case hexadecimal SHA-256 of the calibration data; empty if there was none.</summary>
    public string CalibrationSha256 { get; init; } = "";

    /// <summary>What is done to raw data before it is fed to the model; null if it was compiled on data as they are.</summary>
    public ModelPreprocessing? Preprocessing { get; init; }

    /// <summary>The names of the classes, in the order of the scores; empty if it was compiled without.</summary>
    [JsonIgnore]
    public ImmutableArray<string> Labels
    {
        get => StoredLabels is null ? [] : ImmutableCollectionsMarshal.AsImmutableArray(StoredLabels);
        init => StoredLabels = value.IsDefaultOrEmpty ? null : ImmutableCollectionsMarshal.AsArray(value);
    }

    /// <summary>What the file holds: null where there are no labels, so that such a file is what it was before there could be
    /// any.</summary>
    [JsonInclude, JsonPropertyName("labels")]
    internal string[]? StoredLabels { get; init; }

    /// <summary>The plans of a network that was compiled for several sizes, in the order the sizes were listed; empty for one size.
    /// A run takes the plan that the length of its inputs asks for.</summary>
    [JsonIgnore]
    public ImmutableArray<ModelPlan> Plans
    {
        get => StoredPlans is null ? [] : ImmutableCollectionsMarshal.AsImmutableArray(StoredPlans);
        init => StoredPlans = value.IsDefaultOrEmpty ? null : ImmutableCollectionsMarshal.AsArray(value);
    }

    /// <summary>The plan that <see cref="Inputs"/>, <see cref="Outputs"/>, <see cref="Cost"/> and accuracies are about: the one of the
    /// size that the samples had.</summary>
    [JsonIgnore]
    public int CalibratedPlan
    {
        get => StoredCalibratedPlan ?? 0;
        init => StoredCalibratedPlan = value == 0 ? null : value;
    }

    /// <summary>What the file holds: null where there is one plan.</summary>
    [JsonInclude, JsonPropertyName("plans")]
    internal ModelPlan[]? StoredPlans { get; init; }

    /// <summary>What the file holds: null for the first plan.</summary>
    [JsonInclude, JsonPropertyName("calibratedPlan")]
    internal int? StoredCalibratedPlan { get; init; }

    /// <summary>The version of Cim.Sdk that compiled it.</summary>
    public required string SdkVersion { get; init; }
}

/// <summary>One input or output of a model.</summary>
/// <param name="Name">The ONNX name.</param>
/// <param name="Type">The element type inside the model; callers always exchange floats.</param>
/// <param name="Shape">The dimensions; -1 is the batch.</param>
public sealed record TensorDescription(string Name, ElementType Type, ImmutableArray<int> Shape)
{
    /// <summary>Elements of one sample: the product of the dimensions with the batch taken as 1.</summary>
    public int SampleLength
    {
        get
        {
            int n = 1;
            foreach (int d in Shape) n = checked(n * Math.Abs(d));
            return n;
        }
    }

    /// <summary>
    /// The number of classes if this is a vector of real scores, one a class: the batch first, and one more dimension of two or more
    /// (others of 1 do not matter). 0 for everything else.
    /// </summary>
    internal int Classes
    {
        get
        {
            if (Type != ElementType.Float32 || Shape.Length < 2 || Shape[0] is not (-1 or 1)) return 0;
            int classes = 1;
            foreach (int d in Shape.AsSpan()[1..])
            {
                if (d < 1 || (d > 1 && classes > 1)) return 0;
                classes *= d;
            }

            return classes > 1 ? classes : 0;
        }
    }

    /// <inheritdoc/>
    public bool Equals(TensorDescription? other) =>
        other is not null && Name == other.Name && Type == other.Type && Shape.AsSpan().SequenceEqual(other.Shape.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Shape.Length);
}
