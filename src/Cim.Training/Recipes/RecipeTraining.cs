using System.Globalization;
using System.Text.Json;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Pruning;
using Cim.Training.Quantization;

namespace Cim.Training.Recipes;

/// <summary>What a recipe made.</summary>
/// <param name="Network">The network that was trained, with its best values.</param>
/// <param name="Quantized">The same with its quantizers, or null in float.</param>
/// <param name="Pruned">What pruning freed, or null.</param>
/// <param name="Training">How the last training went; without epochs if it was cancelled before.</param>
public sealed record RecipeResult(TrainableNetwork Network, QuantizedNetwork? Quantized, PruningReport? Pruned, TrainingResult Training);

/// <summary>
/// Runs a recipe: prunes, quantizes, trains by way of wider weights and at last at the bits asked for. With a checkpoint, what is done
/// is kept beside it, stage by stage, and the last training epoch by epoch. A cancelled run gives the network as far as it came.
/// </summary>
/// <param name="recipe">The recipe.</param>
/// <param name="network">Its network; changed in place.</param>
/// <param name="training">Training samples.</param>
/// <param name="validation">Labelled samples that choose the epoch to keep, or null.</param>
public sealed class RecipeTraining(TrainingRecipe recipe, TrainableNetwork network, SampleSet training, SampleSet? validation)
{
    private const int CalibrationSamples = 512;

    /// <summary>What runs the arithmetic.</summary>
    public TrainingEngine Engine { get; init; } = TrainingEngine.Default;

    /// <summary>Receives every batch.</summary>
    public IProgress<TrainingProgress>? Epochs { get; init; }

    /// <summary>Receives each step of pruning.</summary>
    public IProgress<(int Step, PruningReport Report)>? PruningSteps { get; init; }

    /// <summary>Receives the weight bits before a training at wider ones.</summary>
    public IProgress<int>? Widths { get; init; }

    /// <summary>Runs it.</summary>
    /// <exception cref="Cim.Runtime.CimException">Training fails, or a checkpoint does not fit or cannot be written.</exception>
    public async Task<RecipeResult> RunAsync(CancellationToken cancellation = default)
    {
        // Other widths or other noise are another training, though the tensors have the same shapes.
        TrainingOptions options = RecipeOptions.Training(recipe) with
        {
            CheckpointTag = JsonSerializer.Serialize(recipe.Quantization, CheckpointTagJson.Default.QuantizationRecipe),
        };
        bool follows = recipe.Training.Distillation > 0;
        TrainableNetwork original = recipe.Pruning is null ? network : network.Clone();
        PruningReport? pruned = null;
        if (RecipeOptions.Pruning(recipe) is { } pruning)
        {
            var pruner = new Pruner(network, training, pruning)
            {
                Teacher = follows ? original : null,
                Training = Epochs,
                Engine = Engine,
                Checkpoint = Beside("pruned"),
            };
            pruned = await pruner.RunAsync(PruningSteps, cancellation);
        }

        bool cancelled = pruned?.WasCancelled == true;
        if (RecipeOptions.Quantization(recipe) is not { } bits)
        {
            TrainingResult result = cancelled
                ? Cancelled
                : await Trainer(network, options, pruned is not null && follows ? original : null, null).RunAsync(Epochs, cancellation);
            return new RecipeResult(network, null, pruned, result);
        }

        // What was pruned before a cancellation is still written with the quantizers asked for.
        QuantizedNetwork quantized = QuantizedNetwork.Create(
            network, training.Range(0, Math.Min(CalibrationSamples, training.Count)), bits, cancelled
                ? CancellationToken.None
                : cancellation);
        TrainableNetwork? teacher = follows ? original : null;
        cancelled = cancelled || !await TrainWiderAsync(quantized, bits, options, teacher, cancellation);
        quantized.SetWeightBits(bits);
        TrainingResult last = cancelled
            ? Cancelled
            : await Trainer(quantized.Network, options, teacher, quantized).RunAsync(Epochs, cancellation);
        quantized.ClearProgrammingErrors();
        return new RecipeResult(quantized.Network, quantized, pruned, last);
    }

    private static TrainingResult Cancelled => new(0, 0, double.NegativeInfinity, [], [], true);

    /// <summary>The trainings at wider weights; false if cancelled.</summary>
    private async Task<bool> TrainWiderAsync(
        QuantizedNetwork quantized, QuantizationOptions bits, TrainingOptions options, TrainableNetwork? teacher,
        CancellationToken cancellation)
    {
        if (recipe.Quantization!.From is not { Count: > 0 } from)
            return true;
        TrainingOptions stage = options with { Epochs = recipe.Quantization.FromEpochs, Checkpoint = null, Patience = 0 };
        var kept = new StageCheckpoint(
            Beside("wider"),
            Checkpoint.Key(quantized.Network, string.Create(
                CultureInfo.InvariantCulture, $"{stage};{string.Join(',', from)};{bits.WeightBits};{bits.ActivationBits};{bits.EdgeBits};")
                + string.Create(CultureInfo.InvariantCulture, $"{training.Count};{validation?.Count}")),
            Snapshot.Arrays(quantized.Network));
        int done = kept.Load();
        if (done > 0)
            quantized.SetBits(bits with { WeightBits = from[done - 1] });
        for (; done < from.Count; done++)
        {
            Widths?.Report(from[done]);
            quantized.SetWeightBits(bits with { WeightBits = from[done] });
            if ((await Trainer(quantized.Network, stage with { Seed = stage.Seed + from[done] }, teacher, quantized)
                .RunAsync(Epochs, cancellation)).WasCancelled)
                return false;
            quantized.ClearProgrammingErrors();
            kept.Save(done + 1);
        }

        return true;
    }

    private Trainer Trainer(TrainableNetwork trained, TrainingOptions options, TrainableNetwork? teacher, QuantizedNetwork? quantized) =>
        new(trained, training, validation, options)
        {
            Engine = Engine,
            Teacher = teacher,
            BeforeBatch = quantized is null ? null : batch => quantized.DrawProgrammingErrors(recipe.Training.Seed, batch),
            BeforeValidation = quantized is null ? null : quantized.ClearProgrammingErrors,
        };

    private string? Beside(string stage) => recipe.Checkpoint is { } checkpoint ? $"{checkpoint}.{stage}" : null;
}
