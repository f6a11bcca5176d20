using System.Collections;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Cim.Tasks.Tests;

/// <summary>A build engine that remembers what a task logged.</summary>
internal sealed class Engine : IBuildEngine3
{
    public List<BuildErrorEventArgs> Errors { get; } = [];

    public List<BuildWarningEventArgs> Warnings { get; } = [];

    public List<string> Messages { get; } = [];

    public bool ContinueOnError => false;

    public int LineNumberOfTaskNode => 0;

    public int ColumnNumberOfTaskNode => 0;

    public string ProjectFileOfTaskNode => "test.csproj";

    public bool IsRunningMultipleNodes => false;

    public static TaskItem Item(string path, params (string Name, string Value)[] metadata)
    {
        TaskItem item = new(path);
        foreach ((string name, string value) in metadata) item.SetMetadata(name, value);
        return item;
    }

    public void LogErrorEvent(BuildErrorEventArgs e)
    {
        lock (Errors) Errors.Add(e);
    }

    public void LogWarningEvent(BuildWarningEventArgs e)
    {
        lock (Errors) Warnings.Add(e);
    }

    public void LogMessageEvent(BuildMessageEventArgs e)
    {
        lock (Errors) Messages.Add(e.Message ?? "");
    }

    public void LogCustomEvent(CustomBuildEventArgs e) { }

    /// <summary>How often the node was released for other projects while a task waited, and taken again.</summary>
    public int Yields { get; private set; }

    public int Reacquires { get; private set; }

    public void Yield()
    {
        lock (Errors) Yields++;
    }

    public void Reacquire()
    {
        lock (Errors) Reacquires++;
    }

    /// <summary>The targets that tasks asked for, with the text of their projects.</summary>
    public List<(string Target, string Project)> Built { get; } = [];

    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs)
    {
        lock (Errors) Built.Add((string.Join(';', targetNames), File.ReadAllText(projectFileName)));
        return true;
    }

    public bool BuildProjectFile(
        string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs, string toolsVersion) =>
        throw new NotSupportedException();

    public bool BuildProjectFilesInParallel(string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties,
        IDictionary[] targetOutputsPerProject, string[] toolsVersion, bool useResultsCache, bool unloadProjectsOnCompletion) =>
        throw new NotSupportedException();

    public BuildEngineResult BuildProjectFilesInParallel(string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties,
        IList<string>[] removeGlobalProperties, string[] toolsVersion, bool returnTargetOutputs) =>
        throw new NotSupportedException();
}
