using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Optimization;
using Cim.Training.Pruning;
using Cim.Training.Quantization;

namespace Cim.Training.Recipes;

/// <summary>The options that a recipe stands for.</summary>
internal static class RecipeOptions
{
    /// <summary>The options of the loop.</summary>
    public static TrainingOptions Training(TrainingRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ScheduleRecipe schedule = recipe.Training;
        return new TrainingOptions
        {
            Epochs = schedule.Epochs,
            BatchSize = schedule.BatchSize,
            Seed = schedule.Seed,
            WarmUpEpochs = schedule.WarmUpEpochs,
            LabelSmoothing = schedule.LabelSmoothing,
            Mixup = schedule.Mixup,
            AverageDecay = schedule.AverageDecay,
            Patience = schedule.Patience,
            Augmentation = new Augmentation { Shift = schedule.Shift, Flip = schedule.Flip, Cutout = schedule.Cutout },
            DistillationWeight = schedule.Distillation,
            DistillationTemperature = schedule.Temperature,
            BatchStatistics = recipe.Quantization is null,
            Checkpoint = recipe.Checkpoint,
            Optimizer = new OptimizerOptions
            {
                Kind = schedule.Optimizer == "adamw" ? OptimizerKind.AdamW : OptimizerKind.Sgd,
                LearningRate = schedule.LearningRate,
                Momentum = schedule.Momentum,
                WeightDecay = schedule.WeightDecay,
                StepRate = schedule.StepRate,
                ClipNorm = schedule.ClipNorm,
            },
        };
    }

    /// <summary>The options of quantization, or null.</summary>
    public static QuantizationOptions? Quantization(TrainingRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Quantization is { } quantization
            ? new QuantizationOptions
            {
                WeightBits = quantization.WeightBits,
                ActivationBits = quantization.ActivationBits,
                EdgeBits = quantization.EdgeBits,
                StepPerStrip = quantization.StepPerStrip,
                Noise = quantization.Noise is { } noise ? new HardwareNoise(noise.Rows, noise.ProgrammingSigma, noise.AdcBits) : null,
            }
            : null;
    }

    /// <summary>The options of pruning, or null. What is left is trained by the rest of the recipe.</summary>
    public static PruningOptions? Pruning(TrainingRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Pruning is not { } pruning
            ? null
            : new PruningOptions
            {
                Granularity = PruningNames.Granularities[pruning.Granularity],
                Score = PruningNames.Scores[pruning.Score],
                Target = pruning.Target,
                Steps = pruning.Steps,
                FinalEpochs = pruning.Epochs,
                Compensates = pruning.Compensate,
                ScoreSamples = pruning.Samples,
                Geometry = new ArrayGeometry(pruning.Rows, pruning.Columns, pruning.ColumnsPerOutput),
                Retraining = Training(recipe) with { Epochs = pruning.Epochs, BatchStatistics = false, Checkpoint = null, Patience = 0 },
            };
    }
}
