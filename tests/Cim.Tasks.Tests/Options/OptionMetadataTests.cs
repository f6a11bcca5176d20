using Cim.Compiler.Options;
using Cim.Tasks.Files;
using Cim.Tasks.Inputs;
using Cim.Tasks.Options;
using Cim.Tests.Shared;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Tests.Options;

/// <summary>Every option an item may have becomes the flag of the command, and notices a change.</summary>
public sealed class OptionMetadataTests : IDisposable
{
    private readonly Folder _folder = new();

    public OptionMetadataTests() => _folder.Write("m.onnx", "model");

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Names => [.. OptionTable.OnItem.Where(row => row.IsOnCommandLine).SelectMany(row => row.Names)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Metadata_becomes_the_flag_of_its_row(string name)
    {
        OptionRow row = OptionTable.OnItem.Single(row => row.Names.Contains(name));
        string value = OptionSamples.Of(row);
        ResolvedOptions options = From((name, value));
        string written = row.IsPath && row != OptionTable.Hardware ? _folder[value] : value;
        Assert.Contains($"{row.Flag} \"{written}\"", options.ToResponseFile("tool").Split('\n'));
        Assert.Equal(written, row == OptionTable.Lock ? options.LockPath : options.Find(row));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_result_from_the_cache_is_one_of_the_same_options(string name)
    {
        OptionRow row = OptionTable.OnItem.Single(row => row.Names.Contains(name));
        string value = OptionSamples.Of(row);
        if (row.File != FileUse.None) _folder.Write(value, "content");
        ResolvedOptions options = From((name, value));
        bool changes = Key(From()) != Key(options);
        // What is written beside the result makes the cache useless, and interrupted work changes nothing.
        if (row.File == FileUse.Written) Assert.True(options.WritesBeside);
        else Assert.Equal(row.IsIn(OptionKeys.Cache) || row == OptionTable.Lock, changes);
    }

    [Theory]
    [InlineData("--weight-bits 4 --policy \"a b.json\"")]
    [InlineData("--weight-bits=4 --policy=\"a b.json\"")]
    [InlineData("--weight-bits:4  \t --policy:\"a b.json\"")]
    public void Additional_options_are_read_as_the_command_reads_them(string text)
    {
        ResolvedOptions options = From(("AdditionalOptions", text));
        Assert.Equal("4", options.Find(OptionTable.WeightBits));
        Assert.Equal(_folder["a b.json"], Assert.Single(options.InputFiles).Path);
        Assert.Contains(text, options.ToResponseFile("tool").Split('\n'));
        Assert.NotEqual(Key(From()), Key(options));
    }

    [Fact]
    public void Bits_and_files_among_additional_options_count_as_if_the_item_had_them()
    {
        _folder.Write("d.npz", "data");
        Assert.Equal("rl", From(("Calibration", "d.npz")).Find(OptionTable.Search));
        Assert.Null(From(("Calibration", "d.npz"), ("AdditionalOptions", "--weight-bits 4")).Find(OptionTable.Search));
        Assert.True(From(("AdditionalOptions", "--export-qdq q.onnx")).WritesBeside);
    }

    private ResolvedOptions From(params (string, string)[] metadata) =>
        ResolvedOptions.From(Engine.Item(_folder["m.onnx"], metadata), _folder["."], problem => Assert.Fail(problem));

    private string Key(ResolvedOptions options) => InputState.Of(options, new FileHashes(_folder["none"])).Key("tool");
}
