using Cim.Compiler.Data;

namespace Cim.Bench.Zoo;

/// <summary>A network of the zoo with its samples, split so that a choice never sees the samples it is evaluated on.</summary>
internal sealed record ZooNetwork
{
    public required string Name { get; init; }

    /// <summary>What kind of network it is, for the reader of the table.</summary>
    public required string Kind { get; init; }

    /// <summary>The ONNX file.</summary>
    public required string Model { get; init; }

    /// <summary>Reads the samples; throws where their files are missing.</summary>
    public required Func<ZooSplit> Samples { get; init; }

    public string? Scale { get; init; }

    public string? Mean { get; init; }

    public string? StandardDeviation { get; init; }

    /// <summary>False where the output is no class: then the loss is that of agreement.</summary>
    public bool IsLabelled { get; init; } = true;

    /// <summary>The same as the compiler takes it.</summary>
    public Preprocessing Preprocessing => Preprocessing.Parse(Scale, Mean, StandardDeviation);
}

/// <summary>The samples of a network.</summary>
/// <param name="Calibration">What a search has.</param>
/// <param name="Evaluation">What a user would check the result on.</param>
/// <param name="Unseen">What the loss of the table is measured on.</param>
internal sealed record ZooSplit(ZooSamples Calibration, ZooSamples Evaluation, ZooSamples Unseen);
