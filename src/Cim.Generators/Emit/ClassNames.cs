using Cim.Generators.Naming;
using Cim.Generators.Signature;

namespace Cim.Generators.Emit;

/// <summary>Every name of a generated class, chosen so that none meets another whatever the graph's names are.</summary>
internal sealed record ClassNames
{
    /// <summary>The namespace, or empty for the global one.</summary>
    public required string Namespace { get; init; }

    public required string Class { get; init; }

    public required string HintName { get; init; }

    /// <summary>The nested type that holds the outputs of a run.</summary>
    public required string OutputsType { get; init; }

    /// <summary>The nested type with the outputs of one sample.</summary>
    public required string SampleType { get; init; }

    /// <summary>The property with the instance that everybody shares.</summary>
    public required string Shared { get; init; }

    /// <summary>The property with the untyped model.</summary>
    public required string Model { get; init; }

    public required string Info { get; init; }

    public required string Options { get; init; }

    public required string DefaultOptions { get; init; }

    public required string Load { get; init; }

    public required string Run { get; init; }

    public required string RunBatch { get; init; }

    /// <summary>Parameters for the inputs, without at sign.</summary>
    public required string[] InputParameters { get; init; }

    /// <summary>Parameters for the outputs, without at sign.</summary>
    public required string[] OutputParameters { get; init; }

    /// <summary>Properties of the outputs type.</summary>
    public required string[] OutputProperties { get; init; }

    /// <summary>Constants with the values of one sample.</summary>
    public required string[] InputLengths { get; init; }

    /// <inheritdoc cref="InputLengths"/>
    public required string[] OutputLengths { get; init; }

    /// <summary>Methods that return the best classes of an output; empty for an output that is no vector of scores.</summary>
    public required string[] TopMethods { get; init; }

    /// <summary>The nested class that opens the resource; no member may have its name.</summary>
    public const string EmbeddedModel = "EmbeddedModel";

    public static ClassNames For(ModelClass model)
    {
        ModelSignature signature = model.Signature!;
        string className = model.Metadata.Name.Length > 0
            ? Identifiers.ToIdentifier(model.Metadata.Name)
            : Identifiers.ToPascalCase(Path.GetFileNameWithoutExtension(signature.ModelFile), "Model");
        string space = Identifiers.ToNamespace(model.Metadata.Namespace);

        // A member cannot have the name of its class, and 'model.onnx' is the most common file name there is.
        NameScope members = new(className, "Equals", "GetHashCode", "GetType", "ToString", "MemberwiseClone", "ReferenceEquals", "Finalize",
            "Dispose", EmbeddedModel);
        ClassNames fixedNames = new()
        {
            Namespace = space,
            Class = className,
            HintName = (space.Length == 0 ? "" : space.Replace("@", "") + ".") + className + ".g.cs",
            Model = members.Unique(className == "Model" ? "CimModel" : "Model"),
            Info = members.Unique("Info"),
            Options = members.Unique("Options"),
            DefaultOptions = members.Unique("DefaultOptions"),
            Load = members.Unique("Load"),
            Run = members.Unique("Run"),
            RunBatch = members.Unique("RunBatch"),
            OutputsType = members.Unique("Outputs"),
            SampleType = members.Unique("Sample"),
            Shared = members.Unique("Shared"),
            InputParameters = [],
            OutputParameters = [],
            OutputProperties = [],
            InputLengths = [],
            OutputLengths = [],
            TopMethods = [],
        };

        // These are parameters of the same methods.
        NameScope parameters = new("options", "count", "cancellation");
        NameScope properties = new(fixedNames.OutputsType, fixedNames.SampleType, "Equals", "GetHashCode", "GetType", "ToString",
            "MemberwiseClone", "ReferenceEquals", "Finalize", "Count", "Index", "Item", "Top", EmbeddedModel);
        string[] outputs = [.. signature.Outputs.Select(t => properties.Unique(Identifiers.ToPascalCase(t.Name, "Output")))];
        bool isOnly = signature.Outputs.Count(t => t.Classes > 0) == 1;
        string length = signature.HasPlans ? "Lengths" : "Length";
        return fixedNames with
        {
            InputParameters = [.. signature.Inputs.Select(t => parameters.Unique(Identifiers.ToCamelCase(t.Name, "input")))],
            OutputParameters = [.. signature.Outputs.Select(t => parameters.Unique(Identifiers.ToCamelCase(t.Name, "output")))],
            OutputProperties = outputs,
            TopMethods = [.. signature.Outputs.Select((t, i) =>
                t.Classes == 0 ? "" : isOnly ? "Top" : properties.Unique("Top" + outputs[i]))],
            InputLengths = [.. signature.Inputs.Select(t => members.Unique(Identifiers.ToPascalCase(t.Name, "Input") + length))],
            OutputLengths = [.. signature.Outputs.Select(t => members.Unique(Identifiers.ToPascalCase(t.Name, "Output") + length))],
        };
    }
}
