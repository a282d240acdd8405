//! What instances stand for that are no buildings and no plates themselves.

use super::RecordedCity;
use crate::city::{DirectoryGraph, city_of};
use crate::scan::DirId;
use crate::session::{Building, CitySource, View};
use crate::stream;

impl RecordedCity {
    /// The building or plate that a block, the name on a plate, or a node of the directories' graph stands for.
    pub(super) fn stands_for(&self, view: &View, clicked: &Building) -> Option<Building> {
        let at = usize::try_from(clicked.instance).ok()?;
        match clicked.entity.as_str() {
            stream::BLOCKS => match self.shape(view).blocks.get(at)?[..] {
                [file] => self.building_at(file),
                [first, .., last] => self.building_of(self.common_directory(first, last)),
                [] => None,
            },
            stream::NAMES => {
                let (_, city) = self.dress(view).ok()?;
                let named = stream::named(&self.loaded.analysis, &city, view.room);
                named.get(at).map(|district| plate(district.dir))
            }
            stream::GRAPH => self.graph()?.nodes.get(at).map(|node| plate(node.dir)),
            _ => None,
        }
    }

    /// The graph of the directories, which no look changes.
    fn graph(&self) -> Option<DirectoryGraph> {
        let city = city_of(&self.loaded.analysis, &self.look_of(&View::default()), |_| true).ok()?;
        Some(city.graph)
    }
}

fn plate(dir: DirId) -> Building {
    Building { entity: stream::GROUND.to_owned(), instance: dir.0.into() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::analysis::{Options, analyze};
    use crate::city::Look;
    use crate::scan::Place;
    use crate::session::Room;

    fn recorded() -> RecordedCity {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in
            [("a/x.py", "import b.y\n"), ("b/y.py", "import c.z\n"), ("c/z.py", "x = 1\n"), ("w.py", "")]
        {
            let path = folder.path().join("town").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, format!("{text}{}", "y = 2\n".repeat(50))).unwrap();
        }
        let place = Place::Folder(folder.path().join("town"));
        let analysis = analyze(&place, &Options::default(), &(), &AtomicBool::new(false)).unwrap();
        let city = city_of(&analysis, &Look::default(), |_| true).unwrap();
        let recording = stream::to_bytes(&stream::record(&analysis, &city, "{}").unwrap()).unwrap();
        RecordedCity::new(stream::load(&recording).unwrap())
    }

    /// Paths of the directories that the instances of an entity stand for, in their order.
    fn directories(city: &RecordedCity, view: &View, entity: &str) -> Vec<String> {
        let clicked = |instance| Building { entity: entity.to_owned(), instance };
        let meant = (0..).map_while(|instance| city.stands_for(view, &clicked(instance)));
        meant.map(|building| city.details(&building).unwrap().path).collect()
    }

    #[test]
    fn names_stand_for_their_plates() {
        let city = recorded();
        let names: Vec<_> = city.loaded.names.iter().map(|(_, name)| name.clone()).collect();
        assert_eq!(directories(&city, &View::default(), stream::NAMES), names);
        assert!(names.contains(&"a".to_owned()), "{names:?}");
        let small = directories(&city, &View { room: Room::Small, ..View::default() }, stream::NAMES);
        assert!(!small.is_empty() && small.iter().all(|name| names.contains(name)), "{small:?}");
    }

    #[test]
    fn nodes_stand_for_directories() {
        let nodes: BTreeSet<_> = directories(&recorded(), &View::default(), stream::GRAPH).into_iter().collect();
        // The root is called after the repository.
        assert_eq!(nodes, ["a", "b", "c", "town"].map(str::to_owned).into());
        let other = Building { entity: "/report".to_owned(), instance: 0 };
        assert_eq!(recorded().stands_for(&View::default(), &other), None);
    }
}
