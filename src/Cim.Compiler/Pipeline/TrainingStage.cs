using System.Globalization;
using System.Security.Cryptography;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Variation;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Training.Quantization;

namespace Cim.Compiler.Pipeline;

/// <summary>Quantization-aware training within a compilation.</summary>
internal static class TrainingStage
{
    /// <summary>The network with quantizers it was trained with.</summary>
    /// <param name="context">The compilation.</param>
    /// <param name="graph">The float network.</param>
    /// <param name="rounded">The same network quantized: where training starts.</param>
    /// <param name="inputs">The files it is compiled from.</param>
    /// <param name="calibration">Samples that tell what the errors of the cells do to sums.</param>
    /// <param name="policy">The precision of each layer.</param>
    /// <param name="hardware">The machine, whose errors are trained against if the network is to be made for them.</param>
    /// <exception cref="CimException">CIM0010: the network or the policy cannot be trained.</exception>
    public static FineTunedNetwork Run(
        CompileContext context, Graph graph, Graph rounded, CompileInputs inputs, CalibrationData calibration, QuantizationPolicy policy,
        HardwareProfile hardware)
    {
        CompileOptions options = context.Options;
        Check(options, graph);
        TrainingData data = inputs.ReadTraining(context.Cancellation);
        int epochs = options.Epochs ?? FineTuningOptions.DefaultEpochs;
        context.Step(string.Create(CultureInfo.InvariantCulture, 
            $"training {epochs} epochs on {data.Samples.Count} {(data.Samples.Labels is null ? "unlabelled " : "")}samples"));
        string tag = $"{inputs.ModelSha256} {ResultKey.Text(options, OptionKeys.Checkpoint)} {string.Join(' ', policy.Layers)}";
        HardwareNoise? noise = null;
        if (options.VariationAware && VariationAlignment.Varies(hardware))
        {
            noise = TrainingNoise.Of(graph, inputs.Input, calibration, policy, hardware,
                new QuantizerOptions { Range = options.Range, ArrayRows = hardware.Rows }, context.Cancellation);
            tag += $" on {ResultKey.HashOf(hardware)}";
        }

        var training = new QuantizationAwareTraining(new FineTuningOptions(epochs, options.LearningRate
            ?? FineTuningOptions.DefaultLearningRate, options.Seed, options.TrainingCheckpoint, tag, noise), context.Progress);
        return training.RunAsync(graph, rounded, policy, hardware.Rows, data, context.Cancellation).GetAwaiter().GetResult();
    }

    /// <summary>Tells early that a network cannot be trained.</summary>
    /// <exception cref="CimException">CIM0010: it brings quantized weights, or its first output has no classes.</exception>
    public static void Check(CompileOptions options, Graph graph)
    {
        if (NetworkOutputs.Of(graph, 0) is [{ Rule: not ClassRule.LargestScore } first, ..])
            throw OptionError.Usage(
                $"Training compares the scores of classes, and the network's first output '{first.Name}' has one number a sample. Leave "
                + $"{OptionTable.Training.Named()} out, or export the network with a score for each class.", options.ModelPath);

        if (MvmLayers.Find(graph).FirstOrDefault(l => l.WeightDequantize is not null) is { } given)
            throw OptionError.Usage(
                $"The model brings quantized weights ('{given.NodeName}'), which training would have to change; leave "
                + $"{OptionTable.Training.Named()} out, or compile the float network.", options.ModelPath);
    }
}
