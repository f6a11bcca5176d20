using Cim.Runtime;

namespace Cim.Training.Recipes;

/// <summary>The range of every field of a recipe.</summary>
internal static class RecipeLimits
{
    private const int MostLines = 16_384;

    /// <exception cref="CimException"><see cref="ErrorCodes.InvalidRecipe"/>, with the field.</exception>
    public static void Check(TrainingRecipe recipe, string path)
    {
        ScheduleRecipe schedule = recipe.Training;
        bool fromLayers = recipe.Network.Input is not null && recipe.Network.Layers is { Count: > 0 };
        Require(recipe.Network.File is not null != fromLayers, "network", "needs either 'file', or 'input' and 'layers'");
        Require(schedule.Epochs is >= 0 and <= 100_000, "training.epochs", "must be 0 to 100000");
        Require(schedule.BatchSize is >= 1 and <= 65_536, "training.batchSize", "must be 1 to 65536");
        Require(schedule.Optimizer is "sgd" or "adamw", "training.optimizer", "must be 'sgd' or 'adamw'");
        Require(schedule.LearningRate is > 0 and < 100, "training.learningRate", "must be above 0 and below 100");
        Require(schedule.Momentum is >= 0 and < 1, "training.momentum", "must be 0 to below 1");
        Require(schedule.WeightDecay is >= 0 and < 1, "training.weightDecay", "must be 0 to below 1");
        Require(schedule.LabelSmoothing is >= 0 and < 1, "training.labelSmoothing", "must be 0 to below 1");
        Require(schedule.Mixup is >= 0 and <= 100, "training.mixup", "must be 0 to 100");
        Require(schedule.StepRate is >= 0 and <= 1000, "training.stepRate", "must be 0 to 1000");
        Require(schedule.ClipNorm >= 0, "training.clipNorm", "must not be negative");
        Require(schedule.WarmUpEpochs is >= 0 and <= 100_000, "training.warmUpEpochs", "must be 0 to 100000");
        Require(schedule.AverageDecay is >= 0 and < 1, "training.averageDecay", "must be 0 to below 1");
        Require(schedule.Distillation is >= 0 and <= 1, "training.distillation", "must be 0 to 1");
        Require(schedule.Temperature is > 0 and <= 1e6, "training.temperature", "must be above 0, at most 1000000");
        Require(schedule.Shift is >= 0 and <= 16_384, "training.shift", "must be 0 to 16384");
        Require(schedule.Cutout is >= 0 and <= 16_384, "training.cutout", "must be 0 to 16384");
        Require(schedule.Patience is >= 0 and <= 100_000, "training.patience", "must be 0 to 100000");
        foreach ((string field, string? file) in new[] { ("network.file", recipe.Network.File), ("data.train", recipe.Data.Train),
            ("data.test", recipe.Data.Test), ("output", recipe.Output), ("checkpoint", recipe.Checkpoint) })
            Require(file is null || (!string.IsNullOrWhiteSpace(file) && !file.Contains('\0', StringComparison.Ordinal)), field,
                "must name a file");
        Require(recipe.Data.Validation is >= 0 and < 1, "data.validation", "must be 0 to below 1");
        if (recipe.Quantization is { } quantization)
        {
            Require(quantization.WeightBits is >= 1 and <= 8, "quantization.weightBits", "must be 1 to 8");
            Require(quantization.ActivationBits is >= 1 and <= 8, "quantization.activationBits", "must be 1 to 8");
            Require(
                quantization.From is not null && quantization.From.All(wider => wider > quantization.WeightBits && wider <= 8),
                "quantization.from",
                "must be a list of weight bits above 'weightBits', at most 8");
            Require(quantization.FromEpochs is >= 1 and <= 100_000, "quantization.fromEpochs", "must be 1 to 100000");
            Require(quantization.EdgeBits is >= 0 and <= 8, "quantization.edgeBits", "must be 0 to 8");
            Require(
                quantization.Noise is null or { Rows: >= 1 and <= MostLines, ProgrammingSigma: >= 0 and < 1, AdcBits: >= 0 and <= 16 },
                "quantization.noise",
                "needs rows of at least 1, programmingSigma from 0 to below 1 and adcBits from 0 to 16");
        }

        if (recipe.Pruning is { } pruning)
        {
            Require(PruningNames.Granularities.ContainsKey(pruning.Granularity), "pruning.granularity",
                $"must be one of {string.Join(", ", PruningNames.Granularities.Keys)}");
            Require(PruningNames.Scores.ContainsKey(pruning.Score), "pruning.score",
                $"must be one of {string.Join(", ", PruningNames.Scores.Keys)}");
            Require(pruning.Target is > 0 and < 1, "pruning.target", "must be above 0 and below 1");
            Require(
                pruning is { Steps: >= 1 and <= 1000, Epochs: >= 0 and <= 100_000, Samples: >= 1, Rows: >= 1 and <= MostLines,
                    Columns: >= 1 and <= MostLines, ColumnsPerOutput: >= 1 and <= MostLines },
                "pruning",
                $"needs steps of 1 to 1000, epochs of 0 to 100000, samples of at least 1, and rows, columns and columnsPerOutput of 1 to "
                    + $"{MostLines}");
        }

        void Require(bool holds, string field, string what)
        {
            if (!holds)
                throw new CimException(ErrorCodes.InvalidRecipe, $"Recipe field '{field}' {what}") { File = path };
        }
    }
}
