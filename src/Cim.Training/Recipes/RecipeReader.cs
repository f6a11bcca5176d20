using System.Text.Json;
using System.Text.Json.Serialization;
using Cim.Onnx;
using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Pruning;
using Cim.Training.Quantization;
using Google.Protobuf;

namespace Cim.Training.Recipes;

/// <summary>Reads a recipe and makes what it describes.</summary>
public static class RecipeReader
{
    private static readonly IReadOnlyDictionary<string, PruningGranularity> _granularities =
        new SortedDictionary<string, PruningGranularity>(StringComparer.Ordinal)
    {
        ["array"] = PruningGranularity.Array,
        ["arrayColumn"] = PruningGranularity.ArrayColumn,
        ["arrayRow"] = PruningGranularity.ArrayRow,
        ["filter"] = PruningGranularity.Filter,
        ["strip"] = PruningGranularity.Strip,
        ["weight"] = PruningGranularity.Weight,
    };

    private static readonly IReadOnlyDictionary<string, PruningScore> _scores = new SortedDictionary<string, PruningScore>(
        StringComparer.Ordinal)
    {
        ["fisher"] = PruningScore.Fisher,
        ["gradient"] = PruningScore.GradientTimesWeight,
        ["magnitude"] = PruningScore.Magnitude,
    };

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new WholeInt(), new WholeLong() },
    };

    /// <summary>Reads and checks a recipe; relative paths become absolute.</summary>
    /// <param name="path">The recipe.</param>
    /// <param name="dataFolder">Where relative data files are; null = beside the recipe.</param>
    /// <exception cref="CimException"><see cref="ErrorCodes.InvalidRecipe"/> with the place, or the file cannot be read.</exception>
    public static TrainingRecipe Read(string path, string? dataFolder = null)
    {
        string text = InputFile.ReadText(path, "recipe", ErrorCodes.InvalidRecipe);
        try
        {
            RecipeSchema.Check(text, path);
            TrainingRecipe recipe = JsonSerializer.Deserialize<TrainingRecipe>(text, _json)
                ?? throw new JsonException("the recipe is null");
            Check(recipe, path);
            string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            string data = dataFolder is null ? folder : Path.GetFullPath(dataFolder);
            return recipe with
            {
                Network = recipe.Network with { File = Resolve(folder, recipe.Network.File) },
                Data = recipe.Data with { Train = Resolve(data, recipe.Data.Train)!, Test = Resolve(data, recipe.Data.Test) },
                Output = Resolve(folder, recipe.Output)!,
                Checkpoint = Resolve(folder, recipe.Checkpoint),
            };
        }
        catch (JsonException exception)
        {
            throw new CimException(ErrorCodes.InvalidRecipe, $"the recipe is not valid JSON: {exception.Message}", exception)
            {
                File = path,
                Line = (int)(exception.LineNumber ?? 0) + 1,
                Column = (int)(exception.BytePositionInLine ?? 0) + 1,
            };
        }
    }

    /// <summary>The network with the weights training starts from.</summary>
    public static TrainableNetwork Network(TrainingRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ModelProto model = recipe.Network.File is { } file ? Load(file) : Architecture.Build(recipe.Network.Input!, recipe.Network.Layers!);
        TrainableNetwork network = FromOnnx(model, recipe.Network.File);
        if (recipe.Network.File is null || recipe.Network.Fresh)
            FreshWeights.Initialize(network, recipe.Training.Seed);
        return network;
    }

    /// <summary>The options of the loop.</summary>
    public static TrainingOptions Options(TrainingRecipe recipe)
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
                Granularity = _granularities[pruning.Granularity],
                Score = _scores[pruning.Score],
                Target = pruning.Target,
                Steps = pruning.Steps,
                FinalEpochs = pruning.Epochs,
                Compensates = pruning.Compensate,
                ScoreSamples = pruning.Samples,
                Geometry = new ArrayGeometry(pruning.Rows, pruning.Columns, pruning.ColumnsPerOutput),
                FineTuning = Options(recipe) with { Epochs = pruning.Epochs, BatchStatistics = false, Checkpoint = null, Patience = 0 },
            };
    }

    private static void Check(TrainingRecipe recipe, string path)
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
            Require(_granularities.ContainsKey(pruning.Granularity), "pruning.granularity",
                $"must be one of {string.Join(", ", _granularities.Keys)}");
            Require(_scores.ContainsKey(pruning.Score), "pruning.score", $"must be one of {string.Join(", ", _scores.Keys)}");
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
                throw new CimException(ErrorCodes.InvalidRecipe, $"recipe field '{field}' {what}") { File = path };
        }
    }

    private const int MostLines = 16_384;

    /// <summary>The boundary to files from outside: what a malformed graph provokes deeper down is an invalid graph.</summary>
    private static TrainableNetwork FromOnnx(ModelProto model, string? file)
    {
        try
        {
            return TrainableNetwork.FromOnnx(model);
        }
        catch (CimException e) when (e.File is null && file is not null)
        {
            throw new CimException(e.Code, e.Message, e) { File = file };
        }
        catch (Exception e) when (
            e is ArgumentException or OverflowException or IndexOutOfRangeException or InvalidOperationException or InvalidCastException
            or KeyNotFoundException or NullReferenceException or DivideByZeroException or OnnxFormatException)
        {
            throw new CimException(ErrorCodes.InvalidGraph,
                $"The network cannot be understood ({e.Message.TrimEnd('.')}); 'cim inspect' may say more.", e) { File = file };
        }
    }

    private static ModelProto Load(string file)
    {
        InputFile.Open(file, "model").Dispose();
        try
        {
            return ModelFile.Load(file);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new CimException(ErrorCodes.MalformedOnnx, "the file is not an ONNX model", exception) { File = file };
        }
    }

    private static string? Resolve(string folder, string? path) => path is null ? null : Path.GetFullPath(path, folder);
}
