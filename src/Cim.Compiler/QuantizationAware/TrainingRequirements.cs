using Cim.Compiler.Evaluation;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Runtime;

namespace Cim.Compiler.QuantizationAware;

/// <summary>What a network must have to be trained with its quantizers.</summary>
internal static class TrainingRequirements
{
    /// <summary>Refuses a network that cannot be trained, before anything is computed.</summary>
    /// <param name="graph">The float network.</param>
    /// <param name="modelPath">Where it comes from, for the error.</param>
    /// <exception cref="CimException">CIM0010: it brings quantized weights, or its first output has no classes.</exception>
    public static void Check(Graph graph, string modelPath)
    {
        if (NetworkOutputs.Of(graph, 0) is [{ Rule: not ClassRule.LargestScore } first, ..])
            throw OptionError.Usage(
                $"Training compares the scores of classes, and the network's first output '{first.Name}' has one number a sample. Leave "
                + $"{OptionTable.Training.Named()} out, or export the network with a score for each class.", modelPath);

        if (MvmLayers.Find(graph).FirstOrDefault(l => l.WeightDequantize is not null) is { } prequantized)
            throw OptionError.Usage(
                $"The model brings quantized weights ('{prequantized.NodeName}'), which training would have to change; leave "
                + $"{OptionTable.Training.Named()} out, or compile the float network.", modelPath);
        if (MvmLayers.Find(graph).FirstOrDefault(l => l.IsShared) is { } shared)
            throw OptionError.Usage(
                $"'{shared.NodeName}' and {shared.Uses.Length - 1} other nodes share their weights, which training would quantize apart; "
                + $"leave {OptionTable.Training.Named()} out.", modelPath);
    }
}
