using System.Text.Json.Serialization;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Optimization;

namespace Cim.Training.Recipes;

/// <summary>
/// A <c>cim train</c> recipe: network, data, schedule, quantization, output. Paths are relative to the recipe. Keys with a default other
/// than zero or null can be set, not only initialised: the generated reader passes over the defaults of init-only ones.
/// </summary>
public sealed record TrainingRecipe
{
    /// <summary>The JSON schema by which an editor completes the file; nothing else reads it.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>The network.</summary>
    public required NetworkRecipe Network { get; init; }

    /// <summary>The data.</summary>
    public required DataRecipe Data { get; init; }

    /// <summary>The schedule.</summary>
    public ScheduleRecipe Training { get; set; } = new();

    /// <summary>Quantization-aware training, or null for float.</summary>
    public QuantizationRecipe? Quantization { get; init; }

    /// <summary>Pruning before the training, or null for none.</summary>
    public PruningRecipe? Pruning { get; init; }

    /// <summary>ONNX file to write.</summary>
    public required string Output { get; init; }

    /// <summary>Checkpoint file, or null.</summary>
    public string? Checkpoint { get; init; }
}

/// <summary>Either an ONNX file, or input and layers.</summary>
public sealed record NetworkRecipe
{
    /// <summary>ONNX file.</summary>
    public string? File { get; init; }

    /// <summary>Whether the weights of <see cref="File"/> are replaced by random ones.</summary>
    public bool Fresh { get; init; }

    /// <summary>Shape of one sample.</summary>
    public IReadOnlyList<long>? Input { get; init; }

    /// <summary>One line per layer.</summary>
    public IReadOnlyList<string>? Layers { get; init; }
}

/// <summary>Data files and what is done to their numbers: (x * scale - mean) / std.</summary>
public sealed record DataRecipe
{
    /// <summary>Training samples.</summary>
    public required string Train { get; init; }

    /// <summary>Labelled samples that only report, or null.</summary>
    public string? Test { get; init; }

    /// <summary>Part of the training samples that is the hold-out set: it chooses the epoch that is retained.</summary>
    public double Validation { get; set; } = 0.05;

    /// <summary>Factor, for example 1/255.</summary>
    public string? Scale { get; init; }

    /// <summary>Mean, one number or one per channel.</summary>
    public string? Mean { get; init; }

    /// <summary>Standard deviation, one number or one per channel.</summary>
    public string? Std { get; init; }
}

/// <summary>See <see cref="Loop.TrainingOptions"/>.</summary>
public sealed record ScheduleRecipe
{
    /// <summary>Passes over the data.</summary>
    public int Epochs { get; set; } = 10;

    /// <summary>Samples of one update.</summary>
    public int BatchSize { get; set; } = 64;

    /// <summary>Seed.</summary>
    public long Seed { get; set; } = 1;

    /// <summary><c>sgd</c> or <c>adamw</c>.</summary>
    public string Optimizer { get; set; } = "sgd";

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; set; } = 0.05;

    /// <summary>Momentum.</summary>
    public double Momentum { get; set; } = 0.9;

    /// <summary>Weight decay.</summary>
    public double WeightDecay { get; set; } = 5e-4;

    /// <summary>Learning rate of quantization steps relative to the others.</summary>
    public double StepRate { get; set; } = 0.1;

    /// <summary>Largest gradient norm; 0 = no limit.</summary>
    public double ClipNorm { get; init; }

    /// <summary>Epochs of warm-up.</summary>
    public double WarmUpEpochs { get; set; } = 0.5;

    /// <summary>Label smoothing.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Mixup alpha.</summary>
    public double Mixup { get; init; }

    /// <summary>Decay of the average of weights; 0 = none.</summary>
    public double AverageDecay { get; init; }

    /// <summary>Early stop after so many epochs without progress; 0 = never.</summary>
    public int Patience { get; init; }

    /// <summary>Random shift in pixels.</summary>
    public int Shift { get; init; }

    /// <summary>Random mirroring.</summary>
    public bool Flip { get; init; }

    /// <summary>Side of the cut-out square.</summary>
    public int Cutout { get; init; }

    /// <summary>Weight of the teacher (the float network, where quantization is on).</summary>
    public double Distillation { get; init; }

    /// <summary>Temperature of the teacher.</summary>
    public double Temperature { get; set; } = 4;
}

/// <summary>See <see cref="Quantization.QuantizationOptions"/>.</summary>
public sealed record QuantizationRecipe
{
    /// <summary>Weight bits.</summary>
    public int WeightBits { get; set; } = 4;

    /// <summary>Activation bits.</summary>
    public int ActivationBits { get; set; } = 4;

    /// <summary>Weight bits that are trained before <see cref="WeightBits"/>, one after the other: few bits are better reached by way of
    /// more.</summary>
    public IReadOnlyList<int> From { get; set; } = [];

    /// <summary>Epochs at each of <see cref="From"/>.</summary>
    public int FromEpochs { get; set; } = 1;

    /// <summary>Bits of the first and last layer; 0 = as all others.</summary>
    public int EdgeBits { get; set; } = 8;

    /// <summary>One step per kernel position.</summary>
    public bool StepPerStrip { get; init; }

    /// <summary>Imperfections injected into the forward pass, or null.</summary>
    public NoiseRecipe? Noise { get; init; }
}

/// <summary>See <see cref="Pruning.PruningOptions"/>.</summary>
public sealed record PruningRecipe
{
    /// <summary><c>array</c>, <c>arrayRow</c>, <c>arrayColumn</c>, <c>filter</c>, <c>strip</c> or <c>weight</c>.</summary>
    public string Granularity { get; set; } = "array";

    /// <summary><c>fisher</c>, <c>gradient</c> or <c>magnitude</c>.</summary>
    public string Score { get; set; } = "fisher";

    /// <summary>Fraction of arrays to free, or of weights.</summary>
    public double Target { get; set; } = 0.3;

    /// <summary>Steps in which the target is reached.</summary>
    public int Steps { get; set; } = 4;

    /// <summary>Epochs after each step.</summary>
    public int Epochs { get; set; } = 1;

    /// <summary>Whether the weights left of a layer change so that its output stays near what it was.</summary>
    public bool Compensate { get; set; } = true;

    /// <summary>Training samples that scores and compensation look at.</summary>
    public int Samples { get; set; } = 512;

    /// <summary>Word lines of an array.</summary>
    public int Rows { get; set; } = 128;

    /// <summary>Bit lines of an array.</summary>
    public int Columns { get; set; } = 128;

    /// <summary>Bit lines of one output: bit slices times cells of a slice.</summary>
    public int ColumnsPerOutput { get; set; } = 2;
}

/// <summary>See <see cref="Quantization.HardwareNoise"/>.</summary>
public sealed record NoiseRecipe
{
    /// <summary>Word lines of an array.</summary>
    public int Rows { get; set; } = 128;

    /// <summary>Standard deviation of a weight's code as a fraction of the largest code.</summary>
    public double ProgrammingSigma { get; init; }

    /// <summary>Bits of a conversion; 0 = ideal.</summary>
    public int AdcBits { get; init; }
}
