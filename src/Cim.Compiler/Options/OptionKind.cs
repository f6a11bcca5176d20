namespace Cim.Compiler.Options;

/// <summary>What the value of an option is.</summary>
internal enum OptionKind
{
    /// <summary>Set or not: <c>--search-binary</c>, <c>SearchBinary="true"</c>.</summary>
    Flag,

    /// <summary>A whole number in the range of the option.</summary>
    Integer,

    /// <summary>A number in the range of the option.</summary>
    Number,

    /// <summary>One of the choices of the option.</summary>
    Choice,

    /// <summary>The path of a file.</summary>
    File,

    /// <summary>The path of a folder that is written.</summary>
    Folder,

    /// <summary>Free text.</summary>
    Text,

    /// <summary>Several values with commas between them.</summary>
    List,
}

/// <summary>What is done to the file of an option.</summary>
internal enum FileUse
{
    /// <summary>The option names no file.</summary>
    None,

    /// <summary>It is read.</summary>
    Read,

    /// <summary>It is read, unless the value is a built-in name.</summary>
    NameOrRead,

    /// <summary>It is written, beside the result.</summary>
    Written,

    /// <summary>It is read where it is there, and written where it changes.</summary>
    Updated,

    /// <summary>It holds interrupted work and changes no result.</summary>
    State,
}

/// <summary>How the values of a list or a text are formed.</summary>
internal enum OptionFormat
{
    /// <summary>Anything.</summary>
    Any,

    /// <summary>Numbers or fractions.</summary>
    Numbers,

    /// <summary>Widths of strips.</summary>
    Widths,

    /// <summary>Sizes of open dimensions.</summary>
    Dimensions,

    /// <summary>Several sizes of open dimensions: <c>name=16|64</c>.</summary>
    DimensionLists,

    /// <summary>Values of inputs: <c>name=16000</c>, or <c>name=0|1</c>.</summary>
    InputValues,

    /// <summary>A C# identifier.</summary>
    ClassName,

    /// <summary>C# identifiers with dots between them.</summary>
    Namespace,
}

/// <summary>Where an option may stand.</summary>
internal enum OptionScope
{
    /// <summary>On the command line, as metadata of an item, and as a property.</summary>
    Everywhere,

    /// <summary>On the command line alone: a build sets it by itself.</summary>
    CommandLine,

    /// <summary>On an item and as a property: the command has no use for it.</summary>
    Item,
}

/// <summary>What an option is about; the tables of the documentation are ordered by it.</summary>
internal enum OptionGroup
{
    /// <summary>Hardware and data.</summary>
    Inputs,

    /// <summary>Precisions, strips, shared columns, rounding.</summary>
    Precision,

    /// <summary>The search of precisions, and the budget.</summary>
    Search,

    /// <summary>Training before mapping.</summary>
    Training,

    /// <summary>The lock file.</summary>
    Lock,

    /// <summary>Files that are written.</summary>
    Outputs,

    /// <summary>The generated class and the build.</summary>
    Build,
}
