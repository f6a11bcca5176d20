using System.Xml.Linq;
using Cim.Tasks.Cache;
using Cim.Tasks.Files;

namespace Cim.Tasks.Live;

/// <summary>
/// A project of one target whose name is what is to be read on the live line of the terminal logger, which shows the project that runs,
/// its target, and nothing else. The target does nothing for a second.
/// </summary>
/// <param name="stem">Path and first part of the name of what is written.</param>
/// <param name="model">The name of the model, which becomes that of the project.</param>
/// <param name="wait">The task that does nothing for a second.</param>
internal sealed class LiveTarget(string stem, string model, Type wait)
{
    private string _folder = "";

    /// <summary>The project.</summary>
    public string Project => Path.Combine(_folder, model + ".proj");

    /// <summary>Its target.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Writes the project; false if it cannot be written, which costs nothing but the display.</summary>
    /// <param name="name">The name of the target.</param>
    /// <param name="until">The file that ends the wait; empty = none.</param>
    public bool TryWrite(string name, string until)
    {
        Name = name;
        // Another one each time: a project is read once in a build.
        _folder = stem + CompileCache.TemporarySuffix + Guid.NewGuid().ToString("N");
        XElement project = new("Project",
            new XElement("UsingTask", new XAttribute("TaskName", wait.FullName!), new XAttribute("AssemblyFile", wait.Assembly.Location)),
            new XElement("Target", new XAttribute("Name", name), new XElement(wait.Name, new XAttribute("Until", Escape(until)))));
        try
        {
            Directory.CreateDirectory(_folder);
            project.Save(Project);
            return true;
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            return false;
        }
    }

    // A path may hold characters that mean something in a project.
    private static string Escape(string path) =>
        string.Concat(path.Select(c => "%$@;()'".IndexOf(c) >= 0 ? $"%{(int)c:X2}" : c.ToString()));

    /// <summary>Removes what was written.</summary>
    public void Delete() => CompileCache.DeleteQuietly(_folder);
}
