using System.Globalization;
using System.Xml.Linq;
using Cim.Tasks.Diagnostics;
using Cim.Tasks.Files;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace Cim.Tasks;

/// <summary>
/// Writes a project for each compiled model whose only target logs its result: <c>fashion -> 92.15 % ...</c>. The terminal logger shows
/// no messages of a build that succeeds, but for each project that line which names its output in this form; so a project of the model's
/// name is what makes the result visible there, and as an ordinary message everywhere else.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CimResult : MSBuildTask
{
    /// <summary>The target of the projects.</summary>
    public const string Target = "Result";

    /// <summary>The models, with the metadata <c>CompiledFile ReportDirectory</c>.</summary>
    [Required]
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>The projects, one a model that was compiled, now or before.</summary>
    [Output]
    public ITaskItem[] Projects { get; private set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        List<ITaskItem> projects = [];
        foreach (ITaskItem model in Models)
        {
            string folder = Path.GetDirectoryName(model.GetMetadata("CompiledFile"))!, name = model.GetMetadata("Key");
            if (name.Length == 0) name = model.GetMetadata("Filename");
            if (ResultLine.Of(name, model.GetMetadata("ReportDirectory")) is not { } line) continue;
            string project = Path.Combine(folder, name + ".proj");
            try
            {
                AtomicFile.WriteIfDifferent(project, Text(line));
            }
            catch (Exception e) when (FileProblem.Is(e))
            {
                Log.LogMessage(MessageImportance.High, "{0}", line);
                continue;
            }
            projects.Add(new TaskItem(project));
        }
        Projects = [.. projects];
        return true;
    }

    private static string Text(string line) => new XElement("Project",
        new XElement("Target", new XAttribute("Name", Target),
            new XElement("Message", new XAttribute("Importance", "High"), new XAttribute("Text", Escaped(line))))) + "\n";

    /// <summary>Characters that mean something in a project stand for themselves.</summary>
    private static string Escaped(string text) => string.Concat(text.Select(c =>
        "%$@;*?()'".IndexOf(c) >= 0 ? "%" + ((int)c).ToString("X2", CultureInfo.InvariantCulture) : c.ToString()));
}
