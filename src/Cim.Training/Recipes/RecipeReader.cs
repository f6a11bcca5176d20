using System.Text.Json;
using System.Text.Json.Serialization;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Training.Recipes;

/// <summary>Reads a recipe and checks it.</summary>
public static class RecipeReader
{
    // By reflection: generated readers leave out the initial values of init-only properties, which are the defaults here.
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
    /// <exception cref="CimException"><see cref="ErrorCodes.InvalidRecipe"/> with the position, or the file cannot be read.</exception>
    public static TrainingRecipe Read(string path, string? dataFolder = null)
    {
        string text = InputFile.ReadText(path, "recipe", ErrorCodes.InvalidRecipe);
        try
        {
            RecipeSchema.Check(text, path);
            TrainingRecipe recipe = JsonSerializer.Deserialize<TrainingRecipe>(text, _json)
                ?? throw new JsonException("the recipe is null");
            RecipeLimits.Check(recipe, path);
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
            throw new CimException(ErrorCodes.InvalidRecipe, $"The recipe is not valid JSON: {exception.Message}", exception)
            {
                File = path,
                Line = (int)(exception.LineNumber ?? 0) + 1,
                Column = (int)(exception.BytePositionInLine ?? 0) + 1,
            };
        }
    }

    private static string? Resolve(string folder, string? path) => path is null ? null : Path.GetFullPath(path, folder);
}
