using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Training.Data;

namespace Cim.Compiler.Pipeline;

/// <summary>Checks the options of a compilation: each against its row of the table, and those that need or exclude one another.</summary>
internal static class CompileOptionsCheck
{
    /// <exception cref="CimException">CIM0010, CIM3003, CIM3011: options that cannot be, or not together.</exception>
    public static void Run(CompileOptions options)
    {
        foreach (OptionRow row in OptionTable.OnCommandLine)
        {
            if (OptionTexts.Of(options, row) is { Length: > 0 } value && !row.Allows(value))
                throw OptionError.Usage($"{row.Is(value)}; expected {row.Allowed()}.");
        }

        RequireSamples(options);
        RequireTraining(options);
        CheckLock(options);
        if (options.Strips is not null && options.Rounding == RoundingMethods.Learned)
            throw OptionError.Usage($"Rounding cannot be learned for strips of several widths; choose "
                + $"{OptionTable.Rounding.With("compensated")} or nearest, or leave {OptionTable.Strips.Named()} out.");
    }

    private static void RequireSamples(CompileOptions options)
    {
        bool evaluates = options.Searches;
        if (options.Searches && options.Calibration is null)
            throw OptionError.Of(ErrorCodes.SearchNeedsData,
                $"{OptionTable.Search.With(options.Search)} evaluates precisions on samples, and there is no calibration data; set "
                + $"{OptionTable.Calibration.Named()}, or choose the bits yourself ({OptionTable.Search.With("uniform")}).",
                options.ModelPath);
        if (options.Strips is { Compression: null })
        {
            evaluates = true;
            RequireCalibration(options, $"{OptionTable.Strips.With("auto")} evaluates widths on samples", OptionTable.Strips, "0.6");
        }

        if (options.Merge is { Share: null })
        {
            evaluates = true;
            RequireCalibration(
                options, $"{OptionTable.MergeWeights.With("auto")} evaluates shared columns on samples", OptionTable.MergeWeights, "0.4");
        }

        if (options.MaxAccuracyLoss is not null && options.Evaluation is null && !evaluates)
            throw OptionError.Of(ErrorCodes.NothingToEvaluate,
                $"A maximum accuracy loss is set, but there is no evaluation data to check it on; set labelled data with "
                + $"{OptionTable.Evaluation.Named()}, or leave the budget out.", options.ModelPath);
    }

    private static void RequireCalibration(CompileOptions options, MessageText what, OptionRow row, string share)
    {
        if (options.Calibration is null)
            throw OptionError.Of(ErrorCodes.SearchNeedsData,
                $"{what}, and there is no calibration data; set {OptionTable.Calibration.Named()}, or choose how much to save "
                + $"({row.With(share)}).", options.ModelPath);
    }

    private static void RequireTraining(CompileOptions options)
    {
        if (options.Training is not null) return;
        if (options.Augmentation != Augmentation.None)
            throw OptionError.Usage($"{OptionTable.TrainingShift.Named()} and {OptionTable.TrainingFlip.Named()} are about training, and "
                + $"there are no training samples; set {OptionTable.Training.Named()}.");
        foreach (OptionRow row in new[] { OptionTable.Epochs, OptionTable.LearningRate, OptionTable.Validation, OptionTable.Engine,
            OptionTable.Device })
        {
            if (OptionTexts.Of(options, row) is not null)
                throw OptionError.Usage($"{row.Named()} is about training, and there are no training samples; set "
                    + $"{OptionTable.Training.Named()}.");
        }
    }

    private static void CheckLock(CompileOptions options)
    {
        if (!options.Locked) return;
        if (options.LockPath is null)
            throw OptionError.Usage($"{OptionTable.Locked.Named()} needs a lock file; name it with {OptionTable.Lock.Named()}.");
        if (options.ForceEvaluate || options.RefreshLock)
            throw OptionError.Usage($"{OptionTable.Locked.Named()} does not write the lock file, {OptionTable.ForceEvaluate.Named()} and "
                + $"{OptionTable.RefreshLock.Named()} do; leave one of them out.");
    }
}
