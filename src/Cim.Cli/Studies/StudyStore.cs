using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Cli.Studies;

/// <summary>
/// The folder of a study, which every process that works on it sees. Every file is written under a temporary name and renamed, so a
/// process that is killed leaves a unit done or not done, and two that compute the same unit write the same file.
/// </summary>
/// <param name="folder">The folder; need not exist yet.</param>
internal sealed class StudyStore(string folder)
{
    /// <summary>How the name of an empty file ends that says that a unit failed.</summary>
    private const string Mark = ".failed";

    /// <summary>The folder, absolute.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    private string StudyFile => At("study.json");

    /// <summary>A file or folder in it.</summary>
    public string At(params ReadOnlySpan<string> names) => Path.Combine([Folder, .. names]);

    /// <summary>Where a compiled model that the units share lies.</summary>
    /// <param name="key">A hash of all that it depends on.</param>
    public string ModelFile(string key) => At("models", $"{key}.cim");

    /// <summary>The study it holds; null if it holds none.</summary>
    /// <exception cref="CimException">CIM0053: the file is damaged, or of another form.</exception>
    public StudyDocument? Find()
    {
        if (FileFacts.KindOf(StudyFile) == FileKind.Missing) return null;
        try
        {
            StudyDocument study = JsonSerializer.Deserialize(
                InputFile.ReadAll(StudyFile, "study"), StudyJson.Relaxed.StudyDocument)!;
            return study.Schema == 1 ? study : throw Damaged($"its form is {study.Schema}, and this version of the SDK knows form 1", null);
        }
        catch (JsonException e)
        {
            throw Damaged(e.Message, e);
        }
    }

    /// <summary>The study it holds.</summary>
    /// <exception cref="CimException">CIM0053: it holds none; CIM0050: another version or build of the SDK made it.</exception>
    public StudyDocument Open()
    {
        StudyDocument study = Find() ?? throw new CimException(ErrorCodes.InvalidStudy,
            "The folder holds no study. Name the folder that --store named when the study was made.") { File = Folder };
        if ((study.Sdk, study.Build) == (SdkVersion.Current, SdkBuild.Current)) return study;
        bool isBuild = study.Sdk == SdkVersion.Current;
        throw new CimException(ErrorCodes.OtherStudy, isBuild
            ? $"The study was made by build {study.Build ?? "(none named)"} of version {study.Sdk} of the SDK, and this is build "
                + $"{SdkBuild.Current}; their results would mix. Use that build, or another folder."
            : $"The study was made by version {study.Sdk} of the SDK, and this is version {SdkVersion.Current}; their results would mix. "
                + "Use that version, or another folder.") { File = Folder };
    }

    /// <summary>Stores a study.</summary>
    public void Create(StudyDocument study) => Write(StudyFile, study, StudyJson.Relaxed.StudyDocument);

    /// <summary>The result of a unit; null if there is none that can be read.</summary>
    public UnitResult? Result(StudyUnit unit)
    {
        UnitResult? result = Read(ResultFile(unit), StudyJson.Relaxed.UnitResult);
        return result is not null && result.Unit == unit.Id && result.Parts.Count == unit.Count ? result : null;
    }

    /// <summary>Stores the result of a unit, and forgets that it failed.</summary>
    public void Store(StudyUnit unit, UnitResult result)
    {
        Write(ResultFile(unit), result, StudyJson.Relaxed.UnitResult);
        if (File.Exists(FailureFile(unit))) File.Delete(FailureFile(unit));
        foreach (string mark in Marks($"{unit.Id}.*")) File.Delete(mark);
    }

    /// <summary>Stores why a unit has no result. Where even that cannot be written (the disk may be full), an empty file whose name has
    /// the code, which takes no room; where not even that, the process's own message is all there is.</summary>
    public void Store(StudyUnit unit, UnitFailure failure)
    {
        try
        {
            Write(FailureFile(unit), failure, StudyJson.Relaxed.UnitFailure);
        }
        catch (CimException e) when (e.Code == ErrorCodes.FileNotWritable)
        {
            try
            {
                File.Create(At($"{unit.Id}.{failure.Code}{Mark}")).Dispose();
            }
            catch (Exception full) when (full is IOException or UnauthorizedAccessException)
            {
            }
        }
    }

    /// <summary>Why a unit has no result; null if nobody said.</summary>
    public UnitFailure? Failure(StudyUnit unit) => Read(FailureFile(unit), StudyJson.Relaxed.UnitFailure)
        ?? (Marks($"{unit.Id}.*").FirstOrDefault() is { } mark
            ? new UnitFailure(Path.GetFileName(mark).Split('.')[1], $"Nothing could be written into {Folder}, not even the error.")
            : null);

    /// <summary>The ids of the units that have a result.</summary>
    public IReadOnlySet<string> Done() => Ids("results");

    /// <summary>The ids of the units that failed and have not been computed since.</summary>
    public IReadOnlySet<string> Failed() => Ids("failures").Concat(Marks("*").Select(m => Path.GetFileName(m).Split('.')[0])).ToHashSet();

    /// <summary>Writes a file of the store.</summary>
    public static void Write<T>(string path, T document, JsonTypeInfo<T> type) => AtomicFile.Write(path, stream =>
    {
        JsonSerializer.Serialize(stream, document, type);
        stream.Write("\n"u8);
    });

    /// <summary>Reads a file of the store; null if it is not there, or damaged.</summary>
    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(InputFile.ReadAll(path, "study"), type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Two levels, because some file systems are slow where a folder has ten thousand files.
    private string ResultFile(StudyUnit unit) => At("results", unit.Id[..2], $"{unit.Id}.json");

    private string FailureFile(StudyUnit unit) => At("failures", unit.Id[..2], $"{unit.Id}.json");

    private string[] Marks(string of) => Directory.Exists(Folder) ? Directory.GetFiles(Folder, of + Mark) : [];

    private HashSet<string> Ids(string name) => Directory.Exists(At(name))
        ? [.. Directory.EnumerateFiles(At(name), "*.json", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f))]
        : [];

    private CimException Damaged(string why, Exception? cause) => new(ErrorCodes.InvalidStudy,
        $"The study cannot be read: {why}. Make it anew in another folder.", cause) { File = StudyFile };
}
