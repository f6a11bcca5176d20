using System.Globalization;
using Cim.Compiler.Ir;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Variation;
using Cim.Training.Quantization;

namespace Cim.Compiler.Candidates;

/// <summary>Quantization-aware training within a compilation; where the network is made for the hardware's errors, against them.</summary>
internal sealed class CandidateTrainer : ICandidateTrainer
{
    public TrainedNetwork Train(CompileState state, Graph rounded, QuantizationPolicy policy, CompileContext context)
    {
        CompileOptions options = context.Options;
        TrainingRequirements.Check(state.Graph, options.ModelPath);
        TrainingData data = context.Sources.ReadTraining(state.Input, context.Cancellation);
        int epochs = options.Epochs ?? QuantizationAwareOptions.DefaultEpochs;
        context.SubStep(string.Create(CultureInfo.InvariantCulture,
            $"training {epochs} epochs on {data.Samples.Count} {(data.Samples.Labels is null ? "unlabelled " : "")}samples"));
        string tag = $"{context.Sources.ModelSha256} {ResultKey.Text(options, OptionKeys.Checkpoint)} {string.Join(' ', policy.Layers)}";
        HardwareNoise? noise = null;
        if (options.VariationAware && VariationAlignment.Varies(context.Hardware))
        {
            var network = new VariedNetwork(state.Graph, state.Input, state.Calibration, context.Hardware)
            {
                Quantizer = new QuantizerOptions { Range = options.Range },
            };
            noise = TrainingNoise.Of(network, policy, context.Cancellation);
            tag += $" on {ResultKey.HashOf(context.Hardware)}";
        }

        var settings = new QuantizationAwareOptions(
            epochs, options.LearningRate ?? QuantizationAwareOptions.DefaultLearningRate, options.Seed, options.TrainingCheckpoint, tag,
            context.TrainingEngine, noise);
        return new QuantizationAwareTraining(settings, context.Progress)
            .RunAsync(new TrainingStart(state.Graph, rounded, policy), data, context.Cancellation).GetAwaiter().GetResult();
    }
}
