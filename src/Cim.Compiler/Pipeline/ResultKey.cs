using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Cim.Compiler.Data;
using Cim.Compiler.Options;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Compiler.Pipeline;

/// <summary>
/// What a result depends on: the content of files, and the options that the table counts in. Lock files, logs of searches, trained
/// candidates and checkpoints have their keys from here; the build's cache reads the same table.
/// </summary>
internal static class ResultKey
{
    private const string Options = "options";

    /// <summary>The inputs of a lock file, by name. Their text is part of the file format: locks of earlier versions stay valid.</summary>
    /// <exception cref="Cim.Runtime.CimException">CIM0001: a file cannot be read.</exception>
    public static ImmutableSortedDictionary<string, string> OfLock(CompileOptions options, HardwareProfile hardware)
    {
        var inputs = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        inputs["model"] = InputHash.OfModel(options.ModelPath);
        // What surrounds the arrays changes schedules alone.
        inputs[OptionTable.Hardware.KeyEntry] = options.ScheduleFor is null ? HashOf(hardware) : HashOfChip(hardware);
        foreach (OptionRow row in OptionTable.All.Where(row => row.IsIn(OptionKeys.Lock) && row.File == FileUse.Read))
        {
            if (OptionTexts.Of(options, row) is { } path) inputs[row.KeyEntry] = HashOf(row, path);
        }

        inputs[Options] = LockText(options, Options);
        if (options.Training is not null)
            inputs[OptionTable.Training.KeyEntry] += " " + LockText(options, OptionTable.Training.KeyEntry);
        return inputs.ToImmutable();
    }

    /// <summary>The key of a log of measurements: a hash, so that the log is used for nothing else.</summary>
    public static string OfTrials(CompileOptions options) => Hash($"{SdkVersion.Current} {InputHash.OfModel(options.ModelPath)} "
        + Text(options with { MaxAccuracyLoss = options.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss }, OptionKeys.Trials));

    /// <summary>The key of an options' part in a candidate of a search, or in a checkpoint: every option that is counted in and has a
    /// value, files by their content.</summary>
    public static string Text(CompileOptions options, OptionKeys key)
    {
        IEnumerable<string> pieces =
            from row in OptionTable.All
            where row.IsIn(key)
            let value = OptionTexts.Of(options, row)
            where value is not null
            select $"{row.KeyName}={(row.IsPath ? HashOf(row, value) : value)}";
        return string.Join(' ', pieces);
    }

    /// <summary>The hash of a text, lower-case hexadecimal.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The hash of a hardware profile with what surrounds the arrays.</summary>
    public static string HashOfChip(HardwareProfile hardware) =>
        Convert.ToHexStringLower(SHA256.HashData(HardwareProfiles.ToJson(hardware)));

    /// <summary>The hash of a hardware profile.</summary>
    public static string HashOf(HardwareProfile hardware) =>
        Convert.ToHexStringLower(SHA256.HashData(HardwareProfiles.ToJson(HardwareProfiles.WithoutChip(hardware))));

    private static string LockText(CompileOptions options, string entry) => string.Join(' ', OptionTable.All
        .Where(row => row.IsIn(OptionKeys.Lock) && !row.IsPath && row.KeyEntry == entry)
        .Select(row => LockText(options, row)).OfType<string>());

    private static string? LockText(CompileOptions options, OptionRow row)
    {
        string? value = OptionTexts.Of(options, row);
        if (row.Writing == KeyWriting.Always) return $"{row.KeyName}={LockSpelling(options, row) ?? value ?? row.Default ?? "none"}";
        if (value is null || row.Writing == KeyWriting.ByAnother) return null;
        if (row.Writing == KeyWriting.WhenChanged && value == row.Default) return null;
        return row.Kind == OptionKind.Flag && row.Writing == KeyWriting.WhenChanged
            ? row.KeyName
            : $"{row.KeyName}={LockSpelling(options, row) ?? value}";
    }

    // The first versions wrote these values as C# prints them, and lock files are compared as texts.
    private static string? LockSpelling(CompileOptions options, OptionRow row) => row.Name switch
    {
        nameof(OptionTable.CalibrationMethod) => options.Range.ToString(),
        nameof(OptionTable.StripUnit) => options.Strips?.Unit.ToString(),
        nameof(OptionTable.MergeMethod) => options.Merge?.Method.ToString(),
        nameof(OptionTable.TrainingFlip) => options.Augmentation.Flip.ToString(),
        nameof(OptionTable.Dim) or nameof(OptionTable.Dims) or nameof(OptionTable.Fix) => OptionTexts.Of(options, row)?.Replace('=', ':'),
        _ => null,
    };

    private static string HashOf(OptionRow row, string path) =>
        row == OptionTable.Policy ? FileHash.Of(path) : InputHash.OfData(path);
}
